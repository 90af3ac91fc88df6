package hudson.plugins.git;

/** Declared from git-client 6.0.0. */
public class Branch extends GitObject {
    private static final long serialVersionUID = 1L;

    Branch() {}
}
