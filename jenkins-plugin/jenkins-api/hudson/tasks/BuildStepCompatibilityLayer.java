package hudson.tasks;

/** Declared from jenkins-core 2.479.1. */
@Deprecated
public abstract class BuildStepCompatibilityLayer implements BuildStep {}
