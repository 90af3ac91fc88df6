package io.jenkins.plugins.signet.signing;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.jenkins.plugins.signet.client.ManifestEntry;
import io.jenkins.plugins.signet.proto.ManifestFile;
import io.jenkins.plugins.signet.proto.SignedFile;
import io.jenkins.plugins.signet.proto.SigningRequest;
import io.jenkins.plugins.signet.proto.record.FileRecord;
import io.jenkins.plugins.signet.proto.record.SigningRecord;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * What is shown of a request on the build's page, kept as a file in the build's directory and not in build.xml. Written
 * whenever the request changes and once a second while files are signed. Nothing here can fail a step: the receipts are
 * the evidence, this is their table of contents. Safe for use by several threads.
 */
public final class BuildRecord implements SigningObserver {
    /** Below the build's directory. */
    public static final String DIRECTORY = "signet";

    static final String SUFFIX = ".record";

    private static final Logger LOGGER = Logger.getLogger(BuildRecord.class.getName());
    private static final long WRITE_INTERVAL_NANOS = 1_000_000_000L;

    private final Path file;
    private final SigningRecord.Builder record;
    private final Map<String, Integer> indexes = new HashMap<>();
    private long writtenNanos;

    private BuildRecord(Path file, SigningRecord.Builder record) {
        this.file = file;
        this.record = record;
        index();
    }

    /**
     * The record of a request, as an earlier process left it or new.
     *
     * @param buildDirectory the build's own directory on the controller
     * @param requestId a UUID
     * @param agent its name in the global configuration
     */
    public static BuildRecord of(File buildDirectory, String requestId, String agent) {
        Path file = fileOf(buildDirectory, requestId);
        SigningRecord kept = read(buildDirectory, requestId);
        return new BuildRecord(file, kept != null ? kept.toBuilder() : SigningRecord.newBuilder()
                .setRequestId(requestId)
                .setAgent(agent == null ? "" : agent)
                .setStartedAt(now()));
    }

    /** What was kept of a request; null where nothing is, or it cannot be read. */
    public static SigningRecord read(File buildDirectory, String requestId) {
        Path file = fileOf(buildDirectory, requestId);
        try {
            return Files.exists(file) ? SigningRecord.parseFrom(Files.readAllBytes(file)) : null;
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, e, () -> file + " cannot be read");
            return null;
        }
    }

    /** The file that holds a request's record. */
    static Path fileOf(File buildDirectory, String requestId) {
        return buildDirectory.toPath().resolve(DIRECTORY).resolve(requestId + SUFFIX);
    }

    /** The files are hashed. */
    public synchronized void planned(SigningPlan plan) {
        record.setProfile(plan.profile()).setBuild(plan.toMessage().getBuild()).clearFiles();
        plan.toMessage().getFilesList().forEach(
                manifestFile -> record.addFiles(FileRecord.newBuilder().setFile(manifestFile)));
        if (plan.catalog() != null) {
            record.addFiles(FileRecord.newBuilder().setFile(ManifestFile.newBuilder()
                    .setName(plan.catalog().name()).setSha256(ByteString.copyFrom(plan.catalog().sha256()))));
        }
        index();
        write();
    }

    /** The agent has said how the request stands. */
    public synchronized void changed(SigningRequest request) {
        record.setRequest(request.toBuilder().clearFiles());
        write();
    }

    @Override
    public synchronized void signed(ManifestEntry entry, String path, SignedFile result, String receipt) {
        update(entry.name(), FileRecord.newBuilder()
                .setPath(path).setReceipt(receipt).setSigned(result.toBuilder().clearReceipt()));
    }

    @Override
    public synchronized void skipped(ManifestEntry entry) {
        update(entry.name(), FileRecord.newBuilder().setPath(entry.name()).setSkipped(true));
    }

    /** The step is over; failure is null for one that succeeded. */
    public synchronized void ended(String failure) {
        record.setEndedAt(now()).setFailure(failure == null ? "" : failure);
        write();
    }

    /** How it stands. */
    public synchronized SigningRecord snapshot() {
        return record.build();
    }

    private void index() {
        indexes.clear();
        for (int i = 0; i < record.getFilesCount(); i++) {
            indexes.put(record.getFiles(i).getFile().getName(), i);
        }
    }

    private void update(String name, FileRecord.Builder news) {
        Integer position = indexes.get(name);
        if (position != null) {
            record.setFiles(position, news.setFile(record.getFiles(position).getFile()));
        }
        if (System.nanoTime() - writtenNanos > WRITE_INTERVAL_NANOS) {
            write();
        }
    }

    private void write() {
        writtenNanos = System.nanoTime();
        try {
            Path directory = Files.createDirectories(file.getParent());
            Path temporary = Files.createTempFile(directory, "record-", ".tmp");
            try {
                Files.write(temporary, record.build().toByteArray());
                Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, e, () -> file + " cannot be written; the build's page will not be up to date");
        }
    }

    private static Timestamp now() {
        Instant now = Instant.now();
        return Timestamp.newBuilder().setSeconds(now.getEpochSecond()).setNanos(now.getNano()).build();
    }
}
