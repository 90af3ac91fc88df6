package io.jenkins.plugins.signet.workspace;

import hudson.FilePath;
import io.jenkins.plugins.signet.client.FileEdit;
import io.jenkins.plugins.signet.client.FileHasher;
import io.jenkins.plugins.signet.client.SignetException;
import io.jenkins.plugins.signet.signing.BuildWorkspace;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Set;

/**
 * The workspace of a build, on whatever node it is. Hashing and applying run there; content passes through the
 * controller in pieces.
 */
public final class NodeWorkspace implements BuildWorkspace {
    private final FilePath root;

    /** The workspace's directory. */
    public NodeWorkspace(FilePath root) {
        this.root = root;
    }

    @Override
    public List<String> find(String includes, String excludes) throws IOException, InterruptedException {
        return NodeFailure.seen(root, () -> root.act(new FindFiles(includes, excludes)));
    }

    @Override
    public List<FileHasher.FileHash> hash(List<String> names)
            throws SignetException, IOException, InterruptedException {
        try {
            return NodeFailure.seen(root, () -> root.act(new HashFiles(names)));
        } catch (IOException e) {
            throw NodeFailure.unwrap(e);
        }
    }

    @Override
    public Set<String> taken(List<String> names) throws SignetException, IOException, InterruptedException {
        try {
            return NodeFailure.seen(root, () -> root.act(new TakenNames(names)));
        } catch (IOException e) {
            throw NodeFailure.unwrap(e);
        }
    }

    @Override
    public InputStream open(String name) throws IOException, InterruptedException {
        return new NodeStream(root, NodeFailure.seen(root, () -> root.child(name).read()));
    }

    @Override
    public void apply(String name, String target, List<FileEdit> edits, byte[] signedSha256, long signedSizeBytes)
            throws SignetException, IOException, InterruptedException {
        try {
            NodeFailure.seen(root, () -> root.act(new ApplyEdits(name, target, edits, signedSha256, signedSizeBytes)));
        } catch (IOException e) {
            throw NodeFailure.unwrap(e);
        }
    }
}
