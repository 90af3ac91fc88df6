package io.jenkins.plugins.signet.signing;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Keeps receipts in the build's own directory on the controller, and with it as long as the build. The file's name is
 * a hash, of the signed file for instance, so no name of the workspace becomes a path of the controller.
 */
public final class BuildReceipts implements ReceiptStore {
    private static final String DIRECTORY = BuildRecord.DIRECTORY;

    private static final String SUFFIX = ".receipt.json";

    private final Path buildDirectory;

    /** @param buildDirectory the build's own directory on the controller */
    public BuildReceipts(File buildDirectory) {
        this.buildDirectory = buildDirectory.toPath();
    }

    /**
     * A receipt that was kept.
     *
     * @param key as it was kept by: SHA-256 in lower-case hexadecimal; anything else names no receipt
     * @return its JSON; null where there is none
     */
    public String read(String key) throws IOException {
        if (key == null || !key.matches("[0-9a-f]{64}")) {
            return null;
        }
        Path file = buildDirectory.resolve(DIRECTORY).resolve(key + SUFFIX);
        return Files.exists(file) ? Files.readString(file) : null;
    }

    /** The key of a receipt, by where {@link #keep} put it; empty for anything else. */
    public static String keyOf(String kept) {
        return kept.startsWith(DIRECTORY + "/") && kept.endsWith(SUFFIX)
                ? kept.substring(DIRECTORY.length() + 1, kept.length() - SUFFIX.length())
                : "";
    }

    @Override
    public String keep(String fileName, String key, String json) throws IOException {
        String name = key + SUFFIX;
        Path directory = Files.createDirectories(buildDirectory.resolve(DIRECTORY));
        Path temporary = Files.createTempFile(directory, "receipt-", ".tmp");
        try {
            Files.writeString(temporary, json);
            Files.move(temporary, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
        return DIRECTORY + "/" + name;
    }
}
