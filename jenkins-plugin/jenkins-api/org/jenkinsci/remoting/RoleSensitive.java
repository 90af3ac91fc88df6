package org.jenkinsci.remoting;

/** Declared from remoting 3261.v9c670a_4748a_9, which Jenkins 2.479.1 ships. */
public interface RoleSensitive {
    void checkRoles(RoleChecker checker) throws SecurityException;
}
