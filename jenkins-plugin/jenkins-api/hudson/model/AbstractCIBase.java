package hudson.model;

import hudson.security.AccessControlled;

/** Declared from jenkins-core 2.479.1. */
public abstract class AbstractCIBase extends Node implements ItemGroup<TopLevelItem>, AccessControlled {}
