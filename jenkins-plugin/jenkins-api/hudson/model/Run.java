package hudson.model;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.ExtensionPoint;
import hudson.security.AccessControlled;
import java.io.File;
import java.io.IOException;
import java.util.List;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** Declared from jenkins-core 2.479.1. */
@ExportedBean
public abstract class Run<JobT extends Job<JobT, RunT>, RunT extends Run<JobT, RunT>> extends Actionable
        implements ExtensionPoint, AccessControlled, PersistenceRoot {
    protected Run(@NonNull JobT job) throws IOException {
        throw new AssertionError("declaration only");
    }

    public JobT getParent() {
        throw new AssertionError("declaration only");
    }

    public String getDisplayName() {
        throw new AssertionError("declaration only");
    }

    public String getFullDisplayName() {
        throw new AssertionError("declaration only");
    }

    @Exported(visibility = 2)
    public int getNumber() {
        throw new AssertionError("declaration only");
    }

    public String getUrl() {
        throw new AssertionError("declaration only");
    }

    public List<Cause> getCauses() {
        throw new AssertionError("declaration only");
    }

    @Override
    public synchronized void save() throws IOException {
        throw new AssertionError("declaration only");
    }

    public File getRootDir() {
        throw new AssertionError("declaration only");
    }
}
