package io.jenkins.plugins.signet.signing;

import io.jenkins.plugins.signet.client.FailureReason;
import io.jenkins.plugins.signet.client.FileEdit;
import io.jenkins.plugins.signet.client.FileEdits;
import io.jenkins.plugins.signet.client.FileHasher;
import io.jenkins.plugins.signet.client.ManifestBuilder;
import io.jenkins.plugins.signet.client.SignetException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Files below a directory of this machine. A name that leads outside, by a symbolic link too, is refused. */
public final class LocalWorkspace implements Workspace {
    private final Path root;

    /** The directory that holds the files; it has to exist when it is used. */
    public LocalWorkspace(Path root) {
        this.root = root;
    }

    @Override
    public List<FileHasher.FileHash> hash(List<String> names)
            throws SignetException, IOException, InterruptedException {
        var hashes = new ArrayList<FileHasher.FileHash>(names.size());
        for (String name : names) {
            hashes.add(FileHasher.hash(existing(name)));
        }
        return hashes;
    }

    @Override
    public Set<String> taken(List<String> names) throws SignetException {
        var taken = new HashSet<String>();
        for (String name : names) {
            // A link counts, wherever it leads.
            if (Files.exists(root.resolve(ManifestBuilder.normalize(name)), LinkOption.NOFOLLOW_LINKS)) {
                taken.add(name);
            }
        }
        return taken;
    }

    @Override
    public InputStream open(String name) throws IOException {
        try {
            return Files.newInputStream(existing(name));
        } catch (SignetException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    @Override
    public void apply(String name, String target, List<FileEdit> edits, byte[] signedSha256, long signedSizeBytes)
            throws SignetException, IOException, InterruptedException {
        Path original = name == null ? null : existing(name);
        Path destination = target.equals(name) ? original : creatable(target);
        FileEdits.apply(original, destination, edits, signedSha256, signedSizeBytes);
    }

    /** The real path of a file; a link inside the workspace is followed, so that what is replaced is its target. */
    private Path existing(String name) throws SignetException, IOException {
        Path real = root.resolve(ManifestBuilder.normalize(name)).toRealPath();
        if (!real.startsWith(root.toRealPath())) {
            throw new SignetException(
                    FailureReason.INVALID_REQUEST, "'" + name + "' is a link that leads outside the workspace");
        }
        if (!Files.isRegularFile(real)) {
            throw new SignetException(FailureReason.INVALID_REQUEST, "'" + name + "' is not a file");
        }
        return real;
    }

    private Path creatable(String name) throws SignetException, IOException {
        Path path = root.resolve(ManifestBuilder.normalize(name));
        Path ancestor = path.getParent();
        while (!Files.exists(ancestor)) {
            ancestor = ancestor.getParent();
        }
        if (!ancestor.toRealPath().startsWith(root.toRealPath())) {
            throw new SignetException(
                    FailureReason.INVALID_REQUEST, "'" + name + "' would lie outside the workspace");
        }
        Files.createDirectories(path.getParent());
        return path;
    }
}
