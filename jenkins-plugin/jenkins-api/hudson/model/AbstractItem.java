package hudson.model;

import hudson.XmlFile;
import java.io.IOException;
import jenkins.model.Loadable;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** Declared from jenkins-core 2.479.1. */
@ExportedBean
public abstract class AbstractItem extends Actionable implements Loadable, Item {
    AbstractItem() {}

    public String getDisplayName() {
        throw new AssertionError("declaration only");
    }

    @Override
    public synchronized void save() throws IOException {
        throw new AssertionError("declaration only");
    }

    @Override
    public void load() throws IOException {
        throw new AssertionError("declaration only");
    }

    public final XmlFile getConfigFile() {
        throw new AssertionError("declaration only");
    }

    @Override
    @Exported
    public final String getFullName() {
        throw new AssertionError("declaration only");
    }
}
