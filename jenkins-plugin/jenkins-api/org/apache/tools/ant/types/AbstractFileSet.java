package org.apache.tools.ant.types;

import org.apache.tools.ant.DirectoryScanner;
import org.apache.tools.ant.Project;

/** Declared from ant 1.10.15, which Jenkins 2.479.1 ships. */
public abstract class AbstractFileSet extends DataType implements Cloneable {
    public DirectoryScanner getDirectoryScanner(Project p) {
        throw new AssertionError("declaration only");
    }
}
