package org.apache.tools.ant;

/** Declared from ant 1.10.15, which Jenkins 2.479.1 ships. */
public class DirectoryScanner {
    public String[] getIncludedFiles() {
        throw new AssertionError("declaration only");
    }
}
