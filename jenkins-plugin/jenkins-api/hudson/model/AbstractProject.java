package hudson.model;

import hudson.FilePath;
import hudson.scm.SCM;

/** Declared from jenkins-core 2.479.1. */
public abstract class AbstractProject<P extends AbstractProject<P, R>, R extends AbstractBuild<P, R>> extends Job<P, R> {
    @SuppressWarnings("rawtypes")
    protected AbstractProject(ItemGroup parent, String name) {
        super(parent, name);
    }

    public SCM getScm() {
        throw new AssertionError("declaration only");
    }

    public final FilePath getSomeWorkspace() {
        throw new AssertionError("declaration only");
    }
}
