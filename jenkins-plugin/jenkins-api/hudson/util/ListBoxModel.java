package hudson.util;

import java.util.ArrayList;

/** Declared from jenkins-core 2.479.1. */
public class ListBoxModel extends ArrayList<ListBoxModel.Option> {
    private static final long serialVersionUID = 1L;

    public void add(String displayName, String value) {
        throw new AssertionError("declaration only");
    }

    public static final class Option {
        private Option() {}
    }
}
