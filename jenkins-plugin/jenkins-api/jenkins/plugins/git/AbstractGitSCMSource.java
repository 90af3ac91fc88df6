package jenkins.plugins.git;

import jenkins.scm.api.SCMHead;
import jenkins.scm.api.SCMRevision;
import jenkins.scm.api.SCMSource;
import org.kohsuke.stapler.export.Exported;

/** Declared from git 5.6.0. */
public abstract class AbstractGitSCMSource extends SCMSource {
    public abstract String getRemote();

    public static class SCMRevisionImpl extends SCMRevision {
        private static final long serialVersionUID = 1L;

        public SCMRevisionImpl(SCMHead head, String hash) {
            super(head);
        }

        @Exported
        public String getHash() {
            throw new AssertionError("declaration only");
        }
    }
}
