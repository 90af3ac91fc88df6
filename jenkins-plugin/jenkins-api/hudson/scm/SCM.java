package hudson.scm;

import hudson.ExtensionPoint;
import hudson.model.Describable;

/** Declared from jenkins-core 2.479.1. */
public abstract class SCM implements Describable<SCM>, ExtensionPoint {
    @Override
    public SCMDescriptor<?> getDescriptor() {
        throw new AssertionError("declaration only");
    }
}
