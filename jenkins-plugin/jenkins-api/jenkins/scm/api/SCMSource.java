package jenkins.scm.api;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.ExtensionPoint;
import hudson.model.AbstractDescribableImpl;
import hudson.model.Item;
import org.kohsuke.stapler.export.ExportedBean;

/** Declared from scm-api 698.v8e3b_c788f0a_6. */
@ExportedBean
public abstract class SCMSource extends AbstractDescribableImpl<SCMSource> implements ExtensionPoint {
    protected SCMSource() {}

    public abstract static class SourceByItem implements ExtensionPoint {
        public static @CheckForNull SCMSource findSource(Item item) {
            throw new AssertionError("declaration only");
        }
    }
}
