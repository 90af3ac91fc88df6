package io.jenkins.plugins.signet.workspace;

import hudson.remoting.VirtualChannel;
import io.jenkins.plugins.signet.client.SignetException;
import io.jenkins.plugins.signet.signing.LocalWorkspace;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import jenkins.MasterToSlaveFileCallable;

/** Looks on the node which names are taken. */
final class TakenNames extends MasterToSlaveFileCallable<Set<String>> {
    private static final long serialVersionUID = 1L;

    // A type that remoting's class filter knows.
    private final ArrayList<String> names;

    TakenNames(List<String> names) {
        this.names = new ArrayList<>(names);
    }

    @Override
    public Set<String> invoke(File root, VirtualChannel channel) throws IOException {
        try {
            return new HashSet<>(new LocalWorkspace(root.toPath()).taken(names));
        } catch (SignetException e) {
            throw new NodeFailure(e);
        }
    }
}
