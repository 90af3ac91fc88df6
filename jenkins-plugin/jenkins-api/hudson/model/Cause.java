package hudson.model;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** Declared from jenkins-core 2.479.1. */
@ExportedBean
public abstract class Cause {
    @Exported(visibility = 3)
    public abstract String getShortDescription();

    public static class UserIdCause extends Cause {
        @Exported(visibility = 3)
        public @CheckForNull String getUserId() {
            throw new AssertionError("declaration only");
        }

        @Override
        public String getShortDescription() {
            throw new AssertionError("declaration only");
        }
    }
}
