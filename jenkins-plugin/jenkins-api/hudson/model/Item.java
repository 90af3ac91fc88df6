package hudson.model;

import hudson.security.AccessControlled;
import hudson.security.Permission;

/** Declared from jenkins-core 2.479.1. */
public interface Item extends PersistenceRoot, AccessControlled {
    Permission CONFIGURE = Permission.declared();
    Permission READ = Permission.declared();
    Permission WORKSPACE = Permission.declared();
    Permission EXTENDED_READ = Permission.declared();

    String getFullName();
}
