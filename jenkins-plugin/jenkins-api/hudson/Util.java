package hudson;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import java.io.File;
import org.apache.tools.ant.types.FileSet;

/** Declared from jenkins-core 2.479.1. */
public class Util {
    public static @CheckForNull String fixEmptyAndTrim(@CheckForNull String s) {
        throw new AssertionError("declaration only");
    }

    public static FileSet createFileSet(File baseDir, String includes, @CheckForNull String excludes) {
        throw new AssertionError("declaration only");
    }
}
