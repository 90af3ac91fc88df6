package io.jenkins.plugins.signet.signing;

import io.jenkins.plugins.signet.client.FileHasher;
import io.jenkins.plugins.signet.client.FileEdit;
import io.jenkins.plugins.signet.client.SignetException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Set;

/**
 * The files of a build, wherever they are. Names are relative to its root, segments joined by '/'. Safe for use by
 * several threads on different files.
 */
public interface Workspace {
    /** Size and hash of each file, in the order of the names. */
    List<FileHasher.FileHash> hash(List<String> names) throws SignetException, IOException, InterruptedException;

    /** Which of these names are taken, by whatever it is. */
    Set<String> taken(List<String> names) throws SignetException, IOException, InterruptedException;

    /** The content of a file. */
    InputStream open(String name) throws IOException, InterruptedException;

    /**
     * Makes the signed file from the original, checked and in one step.
     *
     * @param name the original; null where there is none: the edits are those of an empty file
     * @param target where the signed file goes, a name too; may be the original
     * @throws SignetException FILE_CHANGED if the result is not what the agent announced; the target is as it was
     */
    void apply(String name, String target, List<FileEdit> edits, byte[] signedSha256, long signedSizeBytes)
            throws SignetException, IOException, InterruptedException;
}
