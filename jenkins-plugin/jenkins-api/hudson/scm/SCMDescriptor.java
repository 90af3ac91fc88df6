package hudson.scm;

import hudson.model.Descriptor;

/** Declared from jenkins-core 2.479.1. */
public abstract class SCMDescriptor<T extends SCM> extends Descriptor<SCM> {
    SCMDescriptor() {}
}
