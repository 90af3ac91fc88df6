package io.jenkins.plugins.signet.workspace;

import hudson.remoting.VirtualChannel;
import io.jenkins.plugins.signet.client.FileEdit;
import io.jenkins.plugins.signet.client.SignetException;
import io.jenkins.plugins.signet.signing.LocalWorkspace;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import jenkins.MasterToSlaveFileCallable;

/** Makes a signed file on the node. */
final class ApplyEdits extends MasterToSlaveFileCallable<Void> {
    private static final long serialVersionUID = 1L;

    private final String name;
    private final String target;
    private final ArrayList<FileEdit> edits;
    private final byte[] signedSha256;
    private final long signedSizeBytes;

    /** @param name the original; null where there is none */
    ApplyEdits(String name, String target, List<FileEdit> edits, byte[] signedSha256, long signedSizeBytes) {
        this.name = name;
        this.target = target;
        this.edits = new ArrayList<>(edits);
        this.signedSha256 = signedSha256.clone();
        this.signedSizeBytes = signedSizeBytes;
    }

    @Override
    public Void invoke(File root, VirtualChannel channel) throws IOException, InterruptedException {
        try {
            new LocalWorkspace(root.toPath()).apply(name, target, edits, signedSha256, signedSizeBytes);
            return null;
        } catch (SignetException e) {
            throw new NodeFailure(e);
        }
    }
}
