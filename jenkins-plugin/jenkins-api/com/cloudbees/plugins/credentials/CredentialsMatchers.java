package com.cloudbees.plugins.credentials;

import edu.umd.cs.findbugs.annotations.CheckForNull;

/** Declared from credentials 1405.vb_cda_74a_f8974. */
public class CredentialsMatchers {
    private CredentialsMatchers() {}

    public static CredentialsMatcher always() {
        throw new AssertionError("declaration only");
    }

    public static CredentialsMatcher withId(String id) {
        throw new AssertionError("declaration only");
    }

    public static @CheckForNull <C extends Credentials> C firstOrNull(Iterable<C> credentials, CredentialsMatcher matcher) {
        throw new AssertionError("declaration only");
    }
}
