package hudson.security;

/** Declared from jenkins-core 2.479.1. */
public interface AccessControlled {
    default void checkPermission(Permission permission) {
        throw new AssertionError("declaration only");
    }

    default boolean hasPermission(Permission permission) {
        throw new AssertionError("declaration only");
    }
}
