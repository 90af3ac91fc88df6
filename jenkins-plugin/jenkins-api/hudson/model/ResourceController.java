package hudson.model;

/** Declared from jenkins-core 2.479.1. */
public class ResourceController {}
