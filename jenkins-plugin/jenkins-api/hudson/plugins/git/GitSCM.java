package hudson.plugins.git;

import java.util.List;

/** Declared from git 5.6.0. */
public class GitSCM extends GitSCMBackwardCompatibility {
    private static final long serialVersionUID = 1L;

    public List<UserRemoteConfig> getUserRemoteConfigs() {
        throw new AssertionError("declaration only");
    }
}
