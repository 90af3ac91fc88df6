package io.jenkins.plugins.signet.signing;

import java.io.IOException;

/** The build node that holds the workspace is not connected. It may come back: what was under way can be repeated. */
public final class NodeLostException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param cause what was seen of it; null for nothing */
    public NodeLostException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Whether a failure is one, or was caused by one. */
    static boolean in(Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof NodeLostException) {
                return true;
            }
        }
        return false;
    }
}
