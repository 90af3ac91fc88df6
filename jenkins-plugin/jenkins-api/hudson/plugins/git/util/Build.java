package hudson.plugins.git.util;

import hudson.plugins.git.Revision;
import java.io.Serializable;

/** Declared from git 5.6.0. */
public class Build implements Serializable, Cloneable {
    private static final long serialVersionUID = 1L;

    public int getBuildNumber() {
        throw new AssertionError("declaration only");
    }

    public Revision getRevision() {
        throw new AssertionError("declaration only");
    }
}
