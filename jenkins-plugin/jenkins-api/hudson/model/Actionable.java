package hudson.model;

import java.util.List;
import org.kohsuke.stapler.export.ExportedBean;

/** Declared from jenkins-core 2.479.1. */
@ExportedBean
public abstract class Actionable extends AbstractModelObject {
    public void addAction(Action a) {
        throw new AssertionError("declaration only");
    }

    public <T extends Action> List<T> getActions(Class<T> type) {
        throw new AssertionError("declaration only");
    }

    public <T extends Action> T getAction(Class<T> type) {
        throw new AssertionError("declaration only");
    }
}
