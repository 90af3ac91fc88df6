package hudson;

import java.io.IOException;

/** Declared from jenkins-core 2.479.1. */
public class AbortException extends IOException {
    private static final long serialVersionUID = 1L;

    public AbortException(String message) {
        super(message);
    }
}
