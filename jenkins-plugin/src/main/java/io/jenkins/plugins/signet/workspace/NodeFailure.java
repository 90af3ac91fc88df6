package io.jenkins.plugins.signet.workspace;

import hudson.FilePath;
import hudson.model.Computer;
import hudson.remoting.RequestAbortedException;
import io.jenkins.plugins.signet.client.SignetException;
import io.jenkins.plugins.signet.signing.NodeLostException;
import java.io.IOException;

/** Carries a {@link SignetException} through a file callable, which may throw IOExceptions only. */
final class NodeFailure extends IOException {
    private static final long serialVersionUID = 1L;

    private static final String CHANNEL_CLOSED = "hudson.remoting.ChannelClosedException";

    NodeFailure(SignetException cause) {
        super(cause.getMessage(), cause);
    }

    /** Something that is done on a node. */
    interface Action<T> {
        T run() throws IOException, InterruptedException;
    }

    /**
     * Does it.
     *
     * @throws NodeLostException if it failed because the node is not connected
     */
    static <T> T seen(FilePath root, Action<T> action) throws IOException, InterruptedException {
        try {
            return action.run();
        } catch (IOException | RequestAbortedException e) {
            throw of(root, e);
        }
    }

    /** The failure as it is reported. */
    static IOException of(FilePath root, Exception failure) {
        Computer node = root.toComputer();
        boolean lost = node == null || node.isOffline();
        for (Throwable t = failure; t != null && !lost; t = t.getCause()) {
            lost = t instanceof RequestAbortedException || t.getClass().getName().equals(CHANNEL_CLOSED);
        }
        if (lost) {
            return new NodeLostException(String.valueOf(failure.getMessage()), failure);
        }
        return failure instanceof IOException known ? known : new IOException(failure);
    }

    /** Throws what the node threw: Jenkins wraps it once more on its way. */
    static IOException unwrap(IOException failure) throws SignetException {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof SignetException known) {
                throw known;
            }
        }
        return failure;
    }
}
