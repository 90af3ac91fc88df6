package org.jvnet.localizer;

import java.io.Serializable;

/** Declared from localizer 1.31, which Jenkins 2.479.1 ships. */
public final class ResourceBundleHolder implements Serializable {
    private static final long serialVersionUID = 1L;

    private ResourceBundleHolder() {}

    public static ResourceBundleHolder get(Class<?> owner) {
        throw new AssertionError("declaration only");
    }

    public String format(String key, Object... args) {
        throw new AssertionError("declaration only");
    }
}
