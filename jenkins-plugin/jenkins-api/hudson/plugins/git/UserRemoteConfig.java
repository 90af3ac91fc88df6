package hudson.plugins.git;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.model.AbstractDescribableImpl;
import java.io.Serializable;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** Declared from git 5.6.0. */
@ExportedBean
public class UserRemoteConfig extends AbstractDescribableImpl<UserRemoteConfig> implements Serializable {
    private static final long serialVersionUID = 1L;

    UserRemoteConfig() {}

    @Exported
    public String getName() {
        throw new AssertionError("declaration only");
    }

    @Exported
    public @CheckForNull String getUrl() {
        throw new AssertionError("declaration only");
    }
}
