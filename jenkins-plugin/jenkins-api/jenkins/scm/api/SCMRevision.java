package jenkins.scm.api;

import java.io.Serializable;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** Declared from scm-api 698.v8e3b_c788f0a_6. */
@ExportedBean
public abstract class SCMRevision implements Serializable {
    private static final long serialVersionUID = 1L;

    protected SCMRevision(SCMHead head) {
        throw new AssertionError("declaration only");
    }

    @Exported
    public final SCMHead getHead() {
        throw new AssertionError("declaration only");
    }
}
