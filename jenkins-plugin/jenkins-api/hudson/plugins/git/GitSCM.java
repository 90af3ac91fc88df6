package hudson.plugins.git;

import java.util.List;
import org.kohsuke.stapler.export.Exported;

/** Declared from git 5.6.0. */
public class GitSCM extends GitSCMBackwardCompatibility {
    private static final long serialVersionUID = 1L;

    GitSCM() {}

    @Exported
    public List<UserRemoteConfig> getUserRemoteConfigs() {
        throw new AssertionError("declaration only");
    }
}
