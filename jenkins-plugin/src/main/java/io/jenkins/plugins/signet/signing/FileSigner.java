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

/** Signs one file of a plan. Safe for use by several threads on different files. */
final class FileSigner {
    /**
     * Where results go.
     *
     * @param targets names of the signed files
     * @param receipts keeps receipts
     * @param observer told of every file that is done
     * @param log told too
     */
    record Outputs(SigningTargets targets, ReceiptStore receipts, SigningObserver observer, SigningLog log) {}

    private final SignetClient client;
    private final Workspace workspace;
    private final SigningPlan plan;
    private final Outputs outputs;
    private final boolean fresh;
    private final Deadline deadline;

    /**
     * @param fresh the plan's hashes were taken just now; else a file may be signed already, by this step before it was
     *     interrupted
     */
    FileSigner(
            SignetClient client, Workspace workspace, SigningPlan plan, Outputs outputs, boolean fresh, Deadline deadline) {
        this.client = client;
        this.workspace = workspace;
        this.plan = plan;
        this.outputs = outputs;
        this.fresh = fresh;
        this.deadline = deadline;
    }

    SigningResult sign(ManifestEntry file) throws SignetException, IOException, InterruptedException {
        long started = System.nanoTime();
        boolean original = fresh || isOriginal(file);
        SignedContent signed;
        try {
            signed = client.signFile(
                    plan.requestId(), file.name(), original ? () -> workspace.open(file.name()) : ContentSource.NONE,
                    deadline, UploadListener.NONE);
        } catch (SignetException e) {
            if (e.reason() == FailureReason.ALREADY_SIGNED && plan.ifSigned() == IfSigned.SKIP && original) {
                return skipped(file);
            }
            boolean untouched = original && (e.reason() != FailureReason.MANIFEST_MISMATCH || isOriginal(file));
            throw untouched ? e : changed(file, e);
        }
        check(file, signed.result());
        String target = targetOf(file, signed.result());
        if (original) {
            workspace.apply(
                    file.name(), target, signed.edits(), bytes(signed.result().getSignedSha256()),
                    signed.result().getSignedSizeBytes());
        } else if (!MessageDigest.isEqual(hashOf(file.name()), bytes(signed.result().getSignedSha256()))) {
            // Neither the original nor what the step made of it before it was interrupted.
            throw changed(file, null);
        }
        return describe(file, target, signed.result(), (System.nanoTime() - started) / 1_000_000);
    }

    /** The one place that says where the signed form of a file goes. */
    private String targetOf(ManifestEntry file, SignedFile result) {
        return outputs.targets().of(file.name());
    }

    private boolean isOriginal(ManifestEntry file) throws SignetException, IOException, InterruptedException {
        return MessageDigest.isEqual(hashOf(file.name()), file.sha256());
    }

    private byte[] hashOf(String name) throws SignetException, IOException, InterruptedException {
        List<FileHasher.FileHash> hashes = workspace.hash(List.of(name));
        return hashes.get(0).sha256();
    }

    private static void check(ManifestEntry file, SignedFile result) throws SignetException {
        if (!MessageDigest.isEqual(bytes(result.getOriginalSha256()), file.sha256())
                || !result.getName().equals(file.name())) {
            throw new SignetException(
                    FailureReason.PROTOCOL_ERROR, "the agent answered for another file than '" + file.name() + "'");
        }
    }

    private static SignetException changed(ManifestEntry file, Throwable cause) {
        return new SignetException(
                FailureReason.FILE_CHANGED,
                "'" + file.name() + "' changed after it was hashed; nothing of it was signed or replaced now. Let nothing"
                        + " write to it while the step runs",
                false, null, cause);
    }

    private SigningResult skipped(ManifestEntry file) {
        String hash = hex(file.sha256());
        outputs.observer().skipped(file);
        outputs.log().line("Skipped " + file.name() + ": it is signed already");
        return new SigningResult(file.name(), hash, hash, null, null, null, null);
    }

    private SigningResult describe(ManifestEntry file, String path, SignedFile result, long milliseconds)
            throws SignetException, IOException {
        String after = hex(bytes(result.getSignedSha256()));
        String thumbprint = hex(bytes(result.getCertificateSha256()));
        String timestamp = result.hasTimestamp() ? iso(result.getTimestamp()) : null;
        String receipt = outputs.receipts().keep(file.name(), after, ReceiptJson.write(result.getReceipt()));
        outputs.observer().signed(file, path, result, receipt);
        outputs.log().line("Signed " + path + ": profile '" + plan.profile() + "', " + result.getCertificateSubject() + ", certificate "
                + thumbprint + ", " + (timestamp == null ? "no timestamp" : "timestamp " + timestamp) + ", " + milliseconds
                + " ms");
        return new SigningResult(
                path, hex(file.sha256()), after, result.getCertificateSubject(), thumbprint, timestamp, receipt);
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
