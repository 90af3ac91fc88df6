package hudson.model;

import hudson.security.AccessControlled;
import hudson.security.Permission;

/** Declared from jenkins-core 2.479.1. */
public interface Item extends PersistenceRoot, AccessControlled {
    Permission CONFIGURE = null;
    Permission READ = null;
    Permission WORKSPACE = null;
    Permission EXTENDED_READ = null;

    String getFullName();
}
