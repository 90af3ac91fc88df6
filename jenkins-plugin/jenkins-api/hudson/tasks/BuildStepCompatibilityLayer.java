package hudson.tasks;

/** Declared from jenkins-core 2.479.1. */
public abstract class BuildStepCompatibilityLayer implements BuildStep {}
