package io.jenkins.plugins.signet.workspace;

import hudson.FilePath;
import hudson.remoting.RequestAbortedException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Content of a file on a node; tells the loss of the node from other failures. */
final class NodeStream extends FilterInputStream {
    private final FilePath root;

    NodeStream(FilePath root, InputStream content) {
        super(content);
        this.root = root;
    }

    @Override
    public int read() throws IOException {
        try {
            return super.read();
        } catch (IOException | RequestAbortedException e) {
            throw NodeFailure.of(root, e);
        }
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        try {
            return super.read(buffer, offset, length);
        } catch (IOException | RequestAbortedException e) {
            throw NodeFailure.of(root, e);
        }
    }
}
