package hudson.model;

/** Declared from jenkins-core 2.479.1. */
public abstract class AbstractProject<P extends AbstractProject<P, R>, R extends AbstractBuild<P, R>> extends Job<P, R> {
    private AbstractProject() {}
}
