package io.jenkins.plugins.signet.signing;

import io.jenkins.plugins.signet.client.ManifestBuilder;
import io.jenkins.plugins.signet.client.SignetException;

/** Says where the signed form of a file goes: in its place, or below another directory of the workspace. */
public final class SigningTargets {
    private final String outputDirectory;

    private SigningTargets(String outputDirectory) {
        this.outputDirectory = outputDirectory;
    }

    /** In the place of the originals. */
    public static SigningTargets inPlace() {
        return new SigningTargets(null);
    }

    /**
     * Below a directory that keeps the names; in place for null or empty.
     *
     * @throws SignetException INVALID_REQUEST for a directory outside the workspace
     */
    public static SigningTargets below(String directory) throws SignetException {
        return directory == null || directory.isEmpty()
                ? inPlace()
                : new SigningTargets(ManifestBuilder.normalize(directory));
    }

    /** The name of the signed file. */
    public String of(String name) {
        return outputDirectory == null ? name : outputDirectory + "/" + name;
    }

    /** Whether the signed file takes the place of the original. */
    public boolean replacesOriginals() {
        return outputDirectory == null;
    }
}
