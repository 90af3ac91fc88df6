package io.jenkins.plugins.signet.signing;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.jenkins.plugins.signet.client.ReceiptJson;
import io.jenkins.plugins.signet.proto.SignedFile;
import io.jenkins.plugins.signet.proto.record.FileRecord;
import io.jenkins.plugins.signet.proto.record.SigningRecord;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Writes the records of a build as one JSON document, receipts included. What is not known is left out. */
public final class RecordJson {
    /** Names the form of the document. */
    static final String FORMAT = "signet-build/1";

    private final StringBuilder json = new StringBuilder();

    private RecordJson() {}

    /**
     * The document.
     *
     * @param receipts gives the JSON of a receipt for where it is kept; null where it is gone
     */
    public static String write(List<SigningRecord> records, Function<String, String> receipts) {
        var writer = new RecordJson();
        writer.json.append("{\"format\":").append(ReceiptJson.quote(FORMAT)).append(",\"requests\":[");
        for (int i = 0; i < records.size(); i++) {
            writer.json.append(i == 0 ? "" : ",");
            writer.request(records.get(i), receipts);
        }
        return writer.json.append("]}\n").toString();
    }

    private void request(SigningRecord record, Function<String, String> receipts) {
        json.append("{\"requestId\":").append(ReceiptJson.quote(record.getRequestId()));
        text("agent", record.getAgent());
        text("profile", record.getProfile());
        text("job", record.getBuild().getJobFullName());
        raw("number", String.valueOf(record.getBuild().getNumber()));
        text("url", record.getBuild().getUrl());
        text("scmUrl", record.getBuild().getScm().getUrl());
        text("scmBranch", record.getBuild().getScm().getBranch());
        text("scmCommit", record.getBuild().getScm().getCommit());
        text("definitionSha256", hex(record.getBuild().getDefinitionSha256()));
        if (record.hasRequest()) {
            text("state", RequestText.state(record.getRequest().getState()));
            text("manifestSha256", hex(record.getRequest().getManifestSha256()));
            raw("approvalsRequired", String.valueOf(record.getRequest().getApprovalsRequired()));
            raw("approvals", record.getRequest().getApprovalsList().stream()
                    .map(approval -> "{\"operator\":" + ReceiptJson.quote(approval.getOperator()) + ",\"at\":"
                            + ReceiptJson.quote(time(approval.getAt())) + "}")
                    .collect(Collectors.joining(",", "[", "]")));
        }
        text("startedAt", time(record.getStartedAt()));
        text("endedAt", record.hasEndedAt() ? time(record.getEndedAt()) : "");
        text("failure", record.getFailure());
        json.append(",\"files\":[");
        for (int i = 0; i < record.getFilesCount(); i++) {
            json.append(i == 0 ? "" : ",");
            file(record.getFiles(i), receipts);
        }
        json.append("]}");
    }

    private void file(FileRecord file, Function<String, String> receipts) {
        json.append("{\"name\":").append(ReceiptJson.quote(file.getFile().getName()));
        raw("sizeBytes", String.valueOf(file.getFile().getSizeBytes()));
        text("sha256Before", hex(file.getFile().getSha256()));
        text("path", file.getPath());
        raw("skipped", String.valueOf(file.getSkipped()));
        if (file.hasSigned()) {
            SignedFile signed = file.getSigned();
            text("sha256After", hex(signed.getSignedSha256()));
            text("format", signed.getFormat());
            text("subject", signed.getCertificateSubject());
            text("certificateSha256", hex(signed.getCertificateSha256()));
            text("certificateNotAfter", signed.hasCertificateNotAfter() ? time(signed.getCertificateNotAfter()) : "");
            text("timestamp", signed.hasTimestamp() ? time(signed.getTimestamp()) : "");
            text("detachedSuffix", signed.getDetachedSuffix());
            text("catalog", signed.getCatalog());
            text("catalogDigest", hex(signed.getCatalogDigest()));
            String receipt = receipts.apply(file.getReceipt());
            if (receipt != null) {
                raw("receipt", receipt.strip());
            }
        }
        json.append('}');
    }

    private void text(String key, String value) {
        if (!value.isEmpty()) {
            raw(key, ReceiptJson.quote(value));
        }
    }

    private void raw(String key, String value) {
        json.append(",\"").append(key).append("\":").append(value);
    }

    static String hex(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }

    static String time(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos()).toString();
    }
}
