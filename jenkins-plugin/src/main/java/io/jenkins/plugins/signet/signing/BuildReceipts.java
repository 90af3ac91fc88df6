package io.jenkins.plugins.signet.signing;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Keeps receipts in the build's own directory on the controller, and with it as long as the build. The file's name is
 * the signed file's hash, so no name of the workspace becomes a path of the controller.
 */
public final class BuildReceipts implements ReceiptStore {
    private static final String DIRECTORY = BuildRecord.DIRECTORY;

    private final Path buildDirectory;

    /** @param buildDirectory the build's own directory on the controller */
    public BuildReceipts(File buildDirectory) {
        this.buildDirectory = buildDirectory.toPath();
    }

    @Override
    public String keep(String fileName, String signedSha256, String json) throws IOException {
        String name = signedSha256 + ".receipt.json";
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
