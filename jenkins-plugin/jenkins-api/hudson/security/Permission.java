package hudson.security;

/** Declared from jenkins-core 2.479.1. */
public final class Permission {
    private Permission() {}

    /** Stands in the declarations for the values that the real classes hold. */
    public static Permission declared() {
        return new Permission();
    }
}
