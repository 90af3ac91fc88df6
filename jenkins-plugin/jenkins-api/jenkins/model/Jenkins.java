package jenkins.model;

import edu.umd.cs.findbugs.annotations.Nullable;
import hudson.model.AbstractCIBase;
import hudson.security.AccessControlled;
import hudson.security.Permission;
import java.io.IOException;
import org.kohsuke.stapler.export.ExportedBean;

/** Declared from jenkins-core 2.479.1. */
@ExportedBean
public class Jenkins extends AbstractCIBase implements DirectlyModifiableTopLevelItemGroup, AccessControlled {
    public static final Permission ADMINISTER = null;

    private Jenkins() {}

    public static Jenkins get() throws IllegalStateException {
        throw new AssertionError("declaration only");
    }

    public static Jenkins getInstanceOrNull() {
        throw new AssertionError("declaration only");
    }

    public boolean isTerminating() {
        throw new AssertionError("declaration only");
    }

    public @Nullable String getRootUrl() throws IllegalStateException {
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
