package org.apache.tools.ant.types;

import org.apache.tools.ant.ProjectComponent;

/** Declared from ant 1.10.15, which Jenkins 2.479.1 ships. */
public abstract class DataType extends ProjectComponent implements Cloneable {}
