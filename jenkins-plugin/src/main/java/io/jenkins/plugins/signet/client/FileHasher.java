package io.jenkins.plugins.signet.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Size and SHA-256 of a file, read once in pieces. */
public final class FileHasher {
    private static final int BUFFER_BYTES = 1 << 16;

    private FileHasher() {}

    /** Size in bytes and SHA-256 of content. */
    public record FileHash(long sizeBytes, byte[] sha256) implements Serializable {
        private static final long serialVersionUID = 1L;
    }

    /** Reads the file to its end. */
    public static FileHash hash(Path file) throws IOException, InterruptedException {
        try (InputStream content = Files.newInputStream(file)) {
            return hash(content);
        }
    }

    /** Reads the stream to its end; does not close it. */
    public static FileHash hash(InputStream content) throws IOException, InterruptedException {
        MessageDigest digest = sha256();
        byte[] buffer = new byte[BUFFER_BYTES];
        long size = 0;
        int count;
        while ((count = content.read(buffer)) >= 0) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            digest.update(buffer, 0, count);
            size += count;
        }
        return new FileHash(size, digest.digest());
    }

    /** Of a file without content. */
    public static FileHash empty() {
        return new FileHash(0, hash(new byte[0]));
    }

    /** SHA-256 of bytes in memory. */
    public static byte[] hash(byte[] content) {
        return sha256().digest(content);
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
