package hudson.util;

import java.io.Serializable;

/** Declared from jenkins-core 2.479.1. */
public final class Secret implements Serializable {
    private static final long serialVersionUID = 1L;

    private Secret() {}

    public String getPlainText() {
        throw new AssertionError("declaration only");
    }
}
