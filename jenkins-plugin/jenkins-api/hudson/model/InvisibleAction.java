package hudson.model;

/** Declared from jenkins-core 2.479.1. */
public abstract class InvisibleAction implements Action {
    @Override
    public final String getIconFileName() {
        throw new AssertionError("declaration only");
    }

    @Override
    public final String getDisplayName() {
        throw new AssertionError("declaration only");
    }

    @Override
    public String getUrlName() {
        throw new AssertionError("declaration only");
    }
}
