package org.apache.tools.ant.types;

/** Declared from ant 1.10.15, which Jenkins 2.479.1 ships. */
public class FileSet extends AbstractFileSet {}
