package hudson.plugins.git;

import hudson.model.AbstractDescribableImpl;
import java.io.Serializable;

/** Declared from git 5.6.0. */
public class UserRemoteConfig extends AbstractDescribableImpl<UserRemoteConfig> implements Serializable {
    private static final long serialVersionUID = 1L;

    public String getName() {
        throw new AssertionError("declaration only");
    }

    public String getUrl() {
        throw new AssertionError("declaration only");
    }
}
