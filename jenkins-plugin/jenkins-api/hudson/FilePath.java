package hudson;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.model.Computer;
import hudson.remoting.VirtualChannel;
import hudson.util.FormValidation;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import org.jenkinsci.remoting.RoleSensitive;

/** Declared from jenkins-core 2.479.1. */
public final class FilePath {
    private FilePath() {}

    public interface FileCallable<T> extends Serializable, RoleSensitive {
        T invoke(File f, VirtualChannel channel) throws IOException, InterruptedException;
    }

    public <T> T act(FileCallable<T> callable) throws IOException, InterruptedException {
        throw new AssertionError("declaration only");
    }

    public FilePath child(String relOrAbsolute) {
        throw new AssertionError("declaration only");
    }

    public String getRemote() {
        throw new AssertionError("declaration only");
    }

    public InputStream read() throws IOException, InterruptedException {
        throw new AssertionError("declaration only");
    }

    public static FormValidation validateFileMask(FilePath path, String value) throws IOException {
        throw new AssertionError("declaration only");
    }

    public @CheckForNull Computer toComputer() {
        throw new AssertionError("declaration only");
    }
}
