package hudson.plugins.git.util;

import hudson.plugins.git.Revision;
import java.io.Serializable;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** Declared from git 5.6.0. */
@ExportedBean(defaultVisibility = 999)
public class Build implements Serializable, Cloneable {
    private static final long serialVersionUID = 1L;

    Build() {}

    @Exported
    public int getBuildNumber() {
        throw new AssertionError("declaration only");
    }

    @Exported
    public Revision getRevision() {
        throw new AssertionError("declaration only");
    }
}
