package hudson.plugins.git;

import java.io.Serializable;
import java.util.Collection;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** Declared from git-client 6.0.0. */
@ExportedBean(defaultVisibility = 999)
public class Revision implements Serializable, Cloneable {
    private static final long serialVersionUID = 1L;

    Revision() {}

    @Exported(name = "SHA1")
    public String getSha1String() {
        throw new AssertionError("declaration only");
    }

    @Exported(name = "branch")
    public Collection<Branch> getBranches() {
        throw new AssertionError("declaration only");
    }
}
