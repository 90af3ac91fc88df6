package io.jenkins.plugins.signet.client;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/**
 * Makes the signed file from the original and its edits: into a temporary file beside the target, then checked, then
 * renamed in one step. The target is either as it was or completely signed.
 */
public final class FileEdits {
    private static final int BUFFER_BYTES = 1 << 16;

    private FileEdits() {}

    /**
     * Applies the edits.
     *
     * @param original the file that was uploaded; null where there is none: the edits are those of an empty file
     * @param target where the signed file goes; may be the original
     * @param edits in ascending order, not overlapping
     * @param signedSha256 what the result has to hash to
     * @param signedSizeBytes how long the result has to be
     * @throws SignetException FILE_CHANGED if the result is another one, PROTOCOL_ERROR if the edits are out of order;
     *     the target is as it was
     */
    public static void apply(
            Path original, Path target, List<FileEdit> edits, byte[] signedSha256, long signedSizeBytes)
            throws SignetException, IOException, InterruptedException {
        checkOrder(edits, original == null ? 0 : Files.size(original));
        Path directory = target.toAbsolutePath().getParent();
        Path temporary = original == null
                // With the permissions that any new file gets here; a temporary file's own would let nobody else read it.
                ? Files.createFile(directory.resolve(".signet-" + UUID.randomUUID() + ".tmp"))
                : Files.createTempFile(directory, ".signet-", ".tmp");
        try {
            MessageDigest digest = FileHasher.sha256();
            long size = write(original, temporary, edits, digest);
            byte[] actual = digest.digest();
            if (size != signedSizeBytes || !MessageDigest.isEqual(actual, signedSha256)) {
                throw new SignetException(
                        FailureReason.FILE_CHANGED,
                        "the signed form of " + (original == null ? target : original).getFileName() + " came out with SHA-256 "
                                + HexFormat.of().formatHex(actual) + " and " + size + " bytes, not "
                                + HexFormat.of().formatHex(signedSha256) + " and " + signedSizeBytes
                                + " bytes: the file changed while it was being signed. It is left as it is");
            }
            if (original != null) {
                FileAttributesCopy.copy(original, temporary);
            }
            moveInto(temporary, target);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static void checkOrder(List<FileEdit> edits, long originalSize) throws SignetException {
        long end = 0;
        for (FileEdit edit : edits) {
            if (edit.offset() < end || edit.removedBytes() < 0 || edit.offset() > originalSize
                    || edit.removedBytes() > originalSize - edit.offset()) {
                throw new SignetException(
                        FailureReason.PROTOCOL_ERROR,
                        "the agent's edits are out of order or outside the file: " + edit + " after byte " + end + " of "
                                + originalSize);
            }
            end = edit.offset() + edit.removedBytes();
        }
    }

    private static long write(Path original, Path temporary, List<FileEdit> edits, MessageDigest digest)
            throws IOException, InterruptedException {
        try (InputStream input = original == null ? InputStream.nullInputStream() : Files.newInputStream(original);
                FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
            OutputStream output = new DigestOutputStream(Channels.newOutputStream(channel), digest);
            byte[] buffer = new byte[BUFFER_BYTES];
            long position = 0;
            for (FileEdit edit : edits) {
                copy(input, output, edit.offset() - position, buffer);
                output.write(edit.inserted());
                input.skipNBytes(edit.removedBytes());
                position = edit.offset() + edit.removedBytes();
            }
            copy(input, output, Long.MAX_VALUE, buffer);
            // On disk before the rename, or a power cut could leave an empty file under the target's name.
            channel.force(true);
            return channel.position();
        }
    }

    private static void copy(InputStream input, OutputStream output, long count, byte[] buffer)
            throws IOException, InterruptedException {
        long left = count;
        while (left > 0) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            int read = input.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (read < 0) {
                if (count == Long.MAX_VALUE) {
                    return;
                }
                throw new EOFException("the file became shorter while it was being signed; it is left as it is");
            }
            output.write(buffer, 0, read);
            left -= read;
        }
    }

    private static void moveInto(Path temporary, Path target) throws IOException {
        try {
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            throw new IOException("the file system of " + target.getParent() + " cannot replace a file in one step", e);
        }
    }
}
