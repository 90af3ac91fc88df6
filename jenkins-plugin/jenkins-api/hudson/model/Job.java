package hudson.model;

import hudson.ExtensionPoint;

/** Declared from jenkins-core 2.479.1. */
public abstract class Job<JobT extends Job<JobT, RunT>, RunT extends Run<JobT, RunT>> extends AbstractItem
        implements ExtensionPoint {
    @SuppressWarnings("rawtypes")
    protected Job(ItemGroup parent, String name) {
        throw new AssertionError("declaration only");
    }
}
