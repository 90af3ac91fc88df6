package hudson.model;

import hudson.XmlFile;
import jenkins.model.Loadable;

/** Declared from jenkins-core 2.479.1. */
public abstract class AbstractItem extends Actionable implements Loadable, Item {
    public final XmlFile getConfigFile() {
        throw new AssertionError("declaration only");
    }

    @Override
    public final String getFullName() {
        throw new AssertionError("declaration only");
    }
}
