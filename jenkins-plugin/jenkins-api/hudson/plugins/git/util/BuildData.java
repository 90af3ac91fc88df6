package hudson.plugins.git.util;

import hudson.model.Action;
import java.io.Serializable;
import org.kohsuke.stapler.export.ExportedBean;

/** Declared from git 5.6.0. */
@ExportedBean(defaultVisibility = 999)
public class BuildData implements Action, Serializable, Cloneable {
    private static final long serialVersionUID = 1L;

    public Build lastBuild;

    public boolean hasBeenReferenced(String remoteUrl) {
        throw new AssertionError("declaration only");
    }

    @Override
    public String getIconFileName() {
        throw new AssertionError("declaration only");
    }

    @Override
    public String getDisplayName() {
        throw new AssertionError("declaration only");
    }

    @Override
    public String getUrlName() {
        throw new AssertionError("declaration only");
    }
}
