package hudson.model;

/** Declared from jenkins-core 2.479.1. */
public interface PersistenceRoot extends Saveable {}
