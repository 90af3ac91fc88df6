package io.jenkins.plugins.signet.workspace;

import io.jenkins.plugins.signet.client.SignetException;
import java.io.IOException;

/** Carries a {@link SignetException} through a file callable, which may throw IOExceptions only. */
final class NodeFailure extends IOException {
    private static final long serialVersionUID = 1L;

    NodeFailure(SignetException cause) {
        super(cause.getMessage(), cause);
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
