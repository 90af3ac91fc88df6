package jenkins.scm.api;

import hudson.model.Actionable;
import hudson.model.InvisibleAction;

/** Declared from scm-api 698.v8e3b_c788f0a_6. */
public class SCMRevisionAction extends InvisibleAction {
    public static SCMRevision getRevision(SCMSource source, Actionable actionable) {
        throw new AssertionError("declaration only");
    }
}
