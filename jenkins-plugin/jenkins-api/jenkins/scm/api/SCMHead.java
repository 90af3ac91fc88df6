package jenkins.scm.api;

/** Declared from scm-api 698.v8e3b_c788f0a_6. */
public class SCMHead {
    public String getName() {
        throw new AssertionError("declaration only");
    }
}
