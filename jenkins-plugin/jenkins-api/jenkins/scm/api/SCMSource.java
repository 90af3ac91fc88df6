package jenkins.scm.api;

import hudson.ExtensionPoint;
import hudson.model.AbstractDescribableImpl;
import hudson.model.Item;

/** Declared from scm-api 698.v8e3b_c788f0a_6. */
public abstract class SCMSource extends AbstractDescribableImpl<SCMSource> implements ExtensionPoint {
    public abstract static class SourceByItem implements ExtensionPoint {
        public static SCMSource findSource(Item item) {
            throw new AssertionError("declaration only");
        }
    }
}
