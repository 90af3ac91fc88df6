package io.jenkins.plugins.signet.client;

import io.jenkins.plugins.signet.proto.SignFileStage;

/** Told how a file gets on; called by the thread that signs it. */
public interface UploadListener {
    /** Hears nothing. */
    UploadListener NONE = new UploadListener() {
        @Override
        public void sent(long bytes) {}

        @Override
        public void stage(SignFileStage stage) {}
    };

    /** So many bytes of the file were handed to the connection in this attempt. */
    void sent(long bytes);

    /** What the agent is doing. */
    void stage(SignFileStage stage);
}
