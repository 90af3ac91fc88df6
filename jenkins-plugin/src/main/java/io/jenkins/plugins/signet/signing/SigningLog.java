package io.jenkins.plugins.signet.signing;

/** The log that people read, one line a call. Safe for use by several threads. */
@FunctionalInterface
public interface SigningLog {
    /** Writes a line. */
    void line(String text);
}
