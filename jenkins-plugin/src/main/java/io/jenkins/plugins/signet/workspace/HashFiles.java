package io.jenkins.plugins.signet.workspace;

import hudson.remoting.VirtualChannel;
import io.jenkins.plugins.signet.client.FileHasher;
import io.jenkins.plugins.signet.client.SignetException;
import io.jenkins.plugins.signet.signing.LocalWorkspace;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import jenkins.MasterToSlaveFileCallable;

/** Hashes files on the node. */
final class HashFiles extends MasterToSlaveFileCallable<List<FileHasher.FileHash>> {
    private static final long serialVersionUID = 1L;

    // A type that remoting's class filter knows.
    private final ArrayList<String> names;

    HashFiles(List<String> names) {
        this.names = new ArrayList<>(names);
    }

    @Override
    public List<FileHasher.FileHash> invoke(File root, VirtualChannel channel) throws IOException, InterruptedException {
        try {
            return new ArrayList<>(new LocalWorkspace(root.toPath()).hash(names));
        } catch (SignetException e) {
            throw new NodeFailure(e);
        }
    }
}
