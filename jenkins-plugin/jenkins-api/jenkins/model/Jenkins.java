package jenkins.model;

import hudson.model.ItemGroup;
import hudson.model.TopLevelItem;
import hudson.security.AccessControlled;
import hudson.security.Permission;
import java.io.IOException;

/** Declared from jenkins-core 2.479.1. */
public class Jenkins implements AccessControlled, ItemGroup<TopLevelItem> {
    public static final Permission ADMINISTER = Permission.declared();

    protected Jenkins() {}

    public static Jenkins get() throws IllegalStateException {
        throw new AssertionError("declaration only");
    }

    public static Jenkins getInstanceOrNull() {
        throw new AssertionError("declaration only");
    }

    public boolean isTerminating() {
        throw new AssertionError("declaration only");
    }

    public String getRootUrl() throws IllegalStateException {
        throw new AssertionError("declaration only");
    }

    @Override
    public String getDisplayName() {
        throw new AssertionError("declaration only");
    }

    @Override
    public synchronized void save() throws IOException {
        throw new AssertionError("declaration only");
    }
}
