package hudson.model;

import java.io.PrintStream;

/** Declared from jenkins-core 2.479.1. */
public interface TaskListener {
    PrintStream getLogger();
}
