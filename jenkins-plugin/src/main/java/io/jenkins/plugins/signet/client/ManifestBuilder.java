package io.jenkins.plugins.signet.client;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Collects the files of a request and refuses names that are no paths inside a workspace. */
public final class ManifestBuilder {
    private final List<ManifestEntry> entries = new ArrayList<>();
    private final Set<String> names = new HashSet<>();

    /**
     * Adds a file.
     *
     * @param path relative to the workspace, in the form of either platform
     * @throws SignetException INVALID_REQUEST for an absolute path, one with '..', or one added before
     */
    public ManifestBuilder add(String path, FileHasher.FileHash hash) throws SignetException {
        String name = normalize(path);
        if (!names.add(name)) {
            throw new SignetException(FailureReason.INVALID_REQUEST, "the file '" + name + "' is named twice");
        }
        entries.add(new ManifestEntry(name, hash.sizeBytes(), hash.sha256()));
        return this;
    }

    /**
     * The manifest.
     *
     * @throws SignetException INVALID_REQUEST if no file was added
     */
    public List<ManifestEntry> build() throws SignetException {
        if (entries.isEmpty()) {
            throw new SignetException(FailureReason.INVALID_REQUEST, "there is no file to sign");
        }
        return List.copyOf(entries);
    }

    /**
     * A path as a name: segments joined by '/', '.' dropped.
     *
     * @throws SignetException INVALID_REQUEST for a path that leaves the workspace
     */
    public static String normalize(String path) throws SignetException {
        String slashed = path.replace('\\', '/');
        boolean drive = slashed.length() >= 2 && slashed.charAt(1) == ':';
        if (slashed.isEmpty() || slashed.startsWith("/") || drive || slashed.indexOf('\0') >= 0) {
            throw outside(path);
        }
        var segments = new ArrayList<String>();
        for (String segment : slashed.split("/")) {
            if (segment.equals("..")) {
                throw outside(path);
            }
            if (!segment.isEmpty() && !segment.equals(".")) {
                segments.add(segment);
            }
        }
        if (segments.isEmpty()) {
            throw outside(path);
        }
        return String.join("/", segments);
    }

    private static SignetException outside(String path) {
        return new SignetException(
                FailureReason.INVALID_REQUEST, "'" + path + "' is not a path of a file inside the workspace");
    }
}
