package hudson.model;

import java.io.IOException;

/** Declared from jenkins-core 2.479.1. */
public interface Saveable {
    void save() throws IOException;
}
