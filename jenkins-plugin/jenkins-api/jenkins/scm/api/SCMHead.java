package jenkins.scm.api;

import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** Declared from scm-api 698.v8e3b_c788f0a_6. */
@ExportedBean
public class SCMHead {
    SCMHead() {}

    @Exported
    public String getName() {
        throw new AssertionError("declaration only");
    }
}
