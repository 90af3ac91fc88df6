package io.jenkins.plugins.signet.signing;

import io.jenkins.plugins.signet.client.ManifestEntry;
import io.jenkins.plugins.signet.proto.SignedFile;

/** Told of every file that is done. Safe for use by several threads. */
public interface SigningObserver {
    /** Hears nothing. */
    SigningObserver NONE = new SigningObserver() {
        @Override
        public void signed(ManifestEntry file, String path, SignedFile result, String receipt) {}

        @Override
        public void skipped(ManifestEntry file) {}
    };

    /**
     * A file is signed and in its place, or the agent has it for the catalog.
     *
     * @param path of the signed file, or of the file with its signature, relative to the workspace
     * @param result what the agent said of it
     * @param receipt where its receipt is kept
     */
    void signed(ManifestEntry file, String path, SignedFile result, String receipt);

    /** A file was signed before and stays as it is. */
    void skipped(ManifestEntry file);
}
