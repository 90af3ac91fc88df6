package hudson.security;

import org.springframework.security.access.AccessDeniedException;

/** Declared from jenkins-core 2.479.1. */
public interface AccessControlled {
    default void checkPermission(Permission permission) throws AccessDeniedException {
        throw new AssertionError("declaration only");
    }

    default boolean hasPermission(Permission permission) {
        throw new AssertionError("declaration only");
    }
}
