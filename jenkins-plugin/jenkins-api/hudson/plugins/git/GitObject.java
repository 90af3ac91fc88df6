package hudson.plugins.git;

import java.io.Serializable;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** Declared from git-client 6.0.0. */
@ExportedBean(defaultVisibility = 999)
public class GitObject implements Serializable {
    private static final long serialVersionUID = 1L;

    GitObject() {}

    @Exported
    public String getName() {
        throw new AssertionError("declaration only");
    }
}
