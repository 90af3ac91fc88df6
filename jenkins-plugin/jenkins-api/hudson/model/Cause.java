package hudson.model;

/** Declared from jenkins-core 2.479.1. */
public abstract class Cause {
    public abstract String getShortDescription();

    public static class UserIdCause extends Cause {
        public String getUserId() {
        throw new AssertionError("declaration only");
    }

        @Override
        public String getShortDescription() {
        throw new AssertionError("declaration only");
    }
    }
}
