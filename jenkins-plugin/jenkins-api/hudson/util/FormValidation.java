package hudson.util;

import java.io.IOException;

/** Declared from jenkins-core 2.479.1. */
public abstract class FormValidation extends IOException {
    private static final long serialVersionUID = 1L;

    private FormValidation() {}

    public static FormValidation ok() {
        throw new AssertionError("declaration only");
    }

    public static FormValidation ok(String message) {
        throw new AssertionError("declaration only");
    }

    public static FormValidation warning(String message) {
        throw new AssertionError("declaration only");
    }

    public static FormValidation error(String message) {
        throw new AssertionError("declaration only");
    }
}
