package hudson.security;

/** Declared from jenkins-core 2.479.1. */
public final class Permission {
    private Permission() {}
}
