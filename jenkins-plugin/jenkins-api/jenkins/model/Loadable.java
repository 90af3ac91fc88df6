package jenkins.model;

import java.io.IOException;

/** Declared from jenkins-core 2.479.1. */
public interface Loadable {
    void load() throws IOException;
}
