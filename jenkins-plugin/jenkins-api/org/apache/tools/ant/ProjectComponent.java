package org.apache.tools.ant;

/** Declared from ant 1.10.15, which Jenkins 2.479.1 ships. */
public abstract class ProjectComponent implements Cloneable {}
