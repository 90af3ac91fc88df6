package jenkins.scm.api;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.model.Actionable;
import hudson.model.InvisibleAction;
import org.kohsuke.stapler.export.ExportedBean;

/** Declared from scm-api 698.v8e3b_c788f0a_6. */
@ExportedBean
public class SCMRevisionAction extends InvisibleAction {
    SCMRevisionAction() {}

    public static @CheckForNull SCMRevision getRevision(SCMSource source, Actionable actionable) {
        throw new AssertionError("declaration only");
    }
}
