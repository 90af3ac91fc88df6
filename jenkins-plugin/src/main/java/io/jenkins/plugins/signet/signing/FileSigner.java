package io.jenkins.plugins.signet.signing;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.jenkins.plugins.signet.client.ContentSource;
import io.jenkins.plugins.signet.client.Deadline;
import io.jenkins.plugins.signet.client.FailureReason;
import io.jenkins.plugins.signet.client.FileHasher;
import io.jenkins.plugins.signet.client.ManifestEntry;
import io.jenkins.plugins.signet.client.ReceiptJson;
import io.jenkins.plugins.signet.client.SignedContent;
import io.jenkins.plugins.signet.client.SignetClient;
import io.jenkins.plugins.signet.client.SignetException;
import io.jenkins.plugins.signet.client.UploadListener;
import io.jenkins.plugins.signet.proto.SignedFile;
import java.io.IOException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/** Signs one file of a plan. Safe for use by several threads on different files. */
final class FileSigner {
    /**
     * Where results go.
     *
     * @param targets where signed files go
     * @param receipts keeps receipts
     * @param observer told of every file that is done
     * @param log told too
     */
    record Outputs(SigningTargets targets, ReceiptStore receipts, SigningObserver observer, SigningLog log) {}

    private final SignetClient client;
    private final Workspace workspace;
    private final SigningPlan plan;
    private final Outputs outputs;
    private final SignatureFiles signatures;
    private final boolean fresh;
    private final Deadline deadline;

    /**
     * @param signatures where results go, and which files have one from before
     * @param fresh the plan's hashes were taken just now; else a file may be signed already, by this step before it was
     *     interrupted
     */
    FileSigner(
            SignetClient client, Workspace workspace, SigningPlan plan, Outputs outputs, SignatureFiles signatures,
            boolean fresh, Deadline deadline) {
        this.client = client;
        this.workspace = workspace;
        this.plan = plan;
        this.outputs = outputs;
        this.signatures = signatures;
        this.fresh = fresh;
        this.deadline = deadline;
    }

    /** Signs a file of the manifest, or hands it in where a catalog will cover it. */
    SigningResult sign(ManifestEntry file) throws SignetException, IOException, InterruptedException {
        if (signatures.isSigned(file)) {
            return skipped(file, signatures.targetOf(file));
        }
        long started = System.nanoTime();
        boolean original = fresh || isOriginal(file);
        SignedContent signed;
        try {
            signed = client.signFile(
                    plan.requestId(), file.name(), original ? () -> workspace.open(file.name()) : ContentSource.NONE,
                    deadline, UploadListener.NONE);
        } catch (SignetException e) {
            if (e.reason() == FailureReason.ALREADY_SIGNED && plan.ifSigned() == IfSigned.SKIP && original) {
                return skipped(file, file.name());
            }
            boolean untouched = original && (e.reason() != FailureReason.MANIFEST_MISMATCH || isOriginal(file));
            throw untouched ? e : changed(file, e);
        }
        check(file, signed.result());
        if (plan.catalog() != null) {
            if (!original) {
                throw changed(file, null);
            }
            return handedIn(file, signed);
        }
        String target = signatures.targetOf(file);
        if (original) {
            workspace.apply(
                    file.name(), target, signed.edits(), bytes(signed.result().getSignedSha256()),
                    signed.result().getSignedSizeBytes());
        } else if (!MessageDigest.isEqual(hashOf(file.name()), bytes(signed.result().getSignedSha256()))) {
            // Neither the original nor what the step made of it before it was interrupted.
            throw changed(file, null);
        }
        return describe(file, hex(file.sha256()), target, signed.result(), started);
    }

    /** Signs the catalog over the files of the manifest, all of which the agent has. It is made there, out of nothing. */
    SigningResult signCatalog() throws SignetException, IOException, InterruptedException {
        long started = System.nanoTime();
        ManifestEntry catalog = plan.catalog();
        SignedContent signed = client.signFile(
                plan.requestId(), catalog.name(), ContentSource.NONE, deadline, UploadListener.NONE);
        check(catalog, signed.result());
        String target = outputs.targets().of(catalog.name());
        workspace.apply(
                null, target, signed.edits(), bytes(signed.result().getSignedSha256()), signed.result().getSignedSizeBytes());
        return describe(catalog, null, target, signed.result(), started);
    }

    private boolean isOriginal(ManifestEntry file) throws SignetException, IOException, InterruptedException {
        return MessageDigest.isEqual(hashOf(file.name()), file.sha256());
    }

    private byte[] hashOf(String name) throws SignetException, IOException, InterruptedException {
        List<FileHasher.FileHash> hashes = workspace.hash(List.of(name));
        return hashes.get(0).sha256();
    }

    private void check(ManifestEntry file, SignedFile result) throws SignetException {
        if (!MessageDigest.isEqual(bytes(result.getOriginalSha256()), file.sha256())
                || !result.getName().equals(file.name())) {
            throw new SignetException(
                    FailureReason.PROTOCOL_ERROR, "the agent answered for another file than '" + file.name() + "'");
        }
        String catalog = plan.catalog() == null || plan.catalog().name().equals(file.name()) ? "" : plan.catalog().name();
        String suffix = result.hasDetachedSuffix() ? result.getDetachedSuffix() : null;
        if (!result.getCatalog().equals(catalog) || !Objects.equals(suffix, signatures.suffix())) {
            throw new SignetException(
                    FailureReason.PROTOCOL_ERROR, "the agent signed '" + file.name() + "' in another way than it was asked to");
        }
    }

    private static SignetException changed(ManifestEntry file, Throwable cause) {
        return new SignetException(
                FailureReason.FILE_CHANGED,
                "'" + file.name() + "' changed after it was hashed; nothing of it was signed or replaced now. Let nothing"
                        + " write to it while the step runs",
                false, null, cause);
    }

    /** @param path the signed file, or the file with its signature */
    private SigningResult skipped(ManifestEntry file, String path)
            throws SignetException, IOException, InterruptedException {
        String before = hex(file.sha256());
        boolean beside = !path.equals(file.name());
        String after = beside ? hex(hashOf(path)) : before;
        outputs.observer().skipped(file);
        outputs.log().line("Skipped " + file.name() + ": " + (beside ? "'" + path + "' is there" : "it is signed") + " already");
        return new SigningResult(path, before, after, null, null, null, null, null);
    }

    private SigningResult handedIn(ManifestEntry file, SignedContent answer) throws SignetException, IOException {
        SignedFile result = answer.result();
        if (!answer.edits().isEmpty() || !MessageDigest.isEqual(bytes(result.getSignedSha256()), file.sha256())) {
            throw new SignetException(
                    FailureReason.PROTOCOL_ERROR, "the agent wants to change '" + file.name() + "', which a catalog covers");
        }
        String hash = hex(file.sha256());
        String record = hex(FileHasher.hash(result.getReceipt().getRecord().toByteArray()));
        String receipt = outputs.receipts().keep(file.name(), record, ReceiptJson.write(result.getReceipt()));
        outputs.observer().signed(file, file.name(), result, receipt);
        outputs.log().line("Handed in " + file.name() + " for the catalog " + result.getCatalog());
        return new SigningResult(
                file.name(), hash, hash, null, null, null, receipt, outputs.targets().of(result.getCatalog()));
    }

    /** @param before SHA-256 of the original; null where there is none */
    private SigningResult describe(ManifestEntry file, String before, String path, SignedFile result, long startedNanos)
            throws SignetException, IOException {
        long milliseconds = (System.nanoTime() - startedNanos) / 1_000_000;
        String after = hex(bytes(result.getSignedSha256()));
        String thumbprint = hex(bytes(result.getCertificateSha256()));
        String timestamp = result.hasTimestamp() ? iso(result.getTimestamp()) : null;
        String receipt = outputs.receipts().keep(file.name(), after, ReceiptJson.write(result.getReceipt()));
        outputs.observer().signed(file, path, result, receipt);
        outputs.log().line("Signed " + path + ": profile '" + plan.profile() + "', " + result.getCertificateSubject() + ", certificate "
                + thumbprint + ", " + (timestamp == null ? "no timestamp" : "timestamp " + timestamp) + ", " + milliseconds
                + " ms");
        return new SigningResult(
                path, before, after, result.getCertificateSubject(), thumbprint, timestamp, receipt, null);
    }

    private static String iso(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos()).toString();
    }

    private static byte[] bytes(ByteString value) {
        return value.toByteArray();
    }

    private static String hex(byte[] value) {
        return HexFormat.of().formatHex(value);
    }
}
