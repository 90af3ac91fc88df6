package jenkins.scm.api;

import java.io.Serializable;

/** Declared from scm-api 698.v8e3b_c788f0a_6. */
public abstract class SCMRevision implements Serializable {
    private static final long serialVersionUID = 1L;

    public final SCMHead getHead() {
        throw new AssertionError("declaration only");
    }
}
