package hudson.model;

import jenkins.model.Loadable;
import net.sf.json.JSONObject;
import org.kohsuke.stapler.StaplerRequest2;

/** Declared from jenkins-core 2.479.1. */
public abstract class Descriptor<T extends Describable<T>> implements Loadable, Saveable {
    protected Descriptor() {}

    public static final class FormException extends Exception {
        private static final long serialVersionUID = 1L;

        public FormException(String message, String formField) {
            super(message);
        }
    }

    public String getDisplayName() {
        throw new AssertionError("declaration only");
    }

    public boolean configure(StaplerRequest2 req, JSONObject json) throws FormException {
        throw new AssertionError("declaration only");
    }

    @Override
    public synchronized void save() {
        throw new AssertionError("declaration only");
    }

    @Override
    public synchronized void load() {
        throw new AssertionError("declaration only");
    }
}
