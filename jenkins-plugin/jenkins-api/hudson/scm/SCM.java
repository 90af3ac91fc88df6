package hudson.scm;

import hudson.ExtensionPoint;
import hudson.model.Describable;
import hudson.model.Descriptor;

/** Declared from jenkins-core 2.479.1. */
public abstract class SCM implements Describable<SCM>, ExtensionPoint {
    @Override
    public Descriptor<SCM> getDescriptor() {
        throw new AssertionError("declaration only");
    }
}
