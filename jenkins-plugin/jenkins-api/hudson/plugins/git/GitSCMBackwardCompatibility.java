package hudson.plugins.git;

import hudson.scm.SCM;
import java.io.Serializable;

/** Declared from git 5.6.0. */
public abstract class GitSCMBackwardCompatibility extends SCM implements Serializable {
    private static final long serialVersionUID = 1L;
}
