package hudson.util;

import java.util.ArrayList;
import org.kohsuke.stapler.export.ExportedBean;

/** Declared from jenkins-core 2.479.1. */
@ExportedBean
public class ListBoxModel extends ArrayList<ListBoxModel.Option> {
    private static final long serialVersionUID = 1L;

    public void add(String displayName, String value) {
        throw new AssertionError("declaration only");
    }

    @ExportedBean(defaultVisibility = 999)
    public static final class Option {
        private Option() {}
    }
}
