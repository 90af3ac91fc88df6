package io.jenkins.plugins.signet.signing;

import java.io.IOException;
import java.util.List;

/** A workspace in which files can be looked for. */
public interface BuildWorkspace extends Workspace {
    /**
     * The files that the patterns name, sorted.
     *
     * @param includes Ant patterns, separated by commas
     * @param excludes the same; null for none
     */
    List<String> find(String includes, String excludes) throws IOException, InterruptedException;
}
