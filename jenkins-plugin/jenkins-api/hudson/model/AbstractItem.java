package hudson.model;

import jenkins.model.Loadable;

/** Declared from jenkins-core 2.479.1. */
public abstract class AbstractItem extends Actionable implements Loadable, Item {
    @Override
    public final String getFullName() {
        throw new AssertionError("declaration only");
    }
}
