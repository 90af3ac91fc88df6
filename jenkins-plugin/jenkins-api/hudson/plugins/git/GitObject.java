package hudson.plugins.git;

import java.io.Serializable;

/** Declared from git-client 6.0.0. */
public class GitObject implements Serializable {
    private static final long serialVersionUID = 1L;

    public String getName() {
        throw new AssertionError("declaration only");
    }
}
