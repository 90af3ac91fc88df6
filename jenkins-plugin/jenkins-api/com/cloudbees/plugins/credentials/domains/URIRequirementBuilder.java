package com.cloudbees.plugins.credentials.domains;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import java.util.List;

/** Declared from credentials 1405.vb_cda_74a_f8974. */
public class URIRequirementBuilder {
    private URIRequirementBuilder() {}

    public static URIRequirementBuilder fromUri(@CheckForNull String uri) {
        throw new AssertionError("declaration only");
    }

    public List<DomainRequirement> build() {
        throw new AssertionError("declaration only");
    }
}
