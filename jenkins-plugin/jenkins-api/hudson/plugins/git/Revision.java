package hudson.plugins.git;

import java.io.Serializable;
import java.util.Collection;

/** Declared from git-client 6.0.0. */
public class Revision implements Serializable, Cloneable {
    private static final long serialVersionUID = 1L;

    public String getSha1String() {
        throw new AssertionError("declaration only");
    }

    public Collection<Branch> getBranches() {
        throw new AssertionError("declaration only");
    }
}
