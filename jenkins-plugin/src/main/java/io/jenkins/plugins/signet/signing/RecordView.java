package io.jenkins.plugins.signet.signing;

import io.jenkins.plugins.signet.proto.RequestState;
import io.jenkins.plugins.signet.proto.SigningRequest;
import io.jenkins.plugins.signet.proto.record.FileRecord;
import io.jenkins.plugins.signet.proto.record.SigningRecord;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** A request as the build's page shows it: getters for Jelly, all of them texts. Empty where nothing is known. */
public final class RecordView {
    private final SigningRecord record;

    /** @param record as it was kept */
    public RecordView(SigningRecord record) {
        this.record = record;
    }

    /** Its id. */
    public String getRequestId() {
        return record.getRequestId();
    }

    /** The agent's name in the global configuration. */
    public String getAgent() {
        return record.getAgent();
    }

    /** The profile. */
    public String getProfile() {
        return record.getProfile();
    }

    /** PENDING, APPROVED, ... */
    public String getState() {
        return record.hasRequest() ? RequestText.state(record.getRequest().getState()) : "";
    }

    /** Whether operators have to approve before the step goes on. */
    public boolean isWaiting() {
        return !record.hasEndedAt() && record.hasRequest()
                && record.getRequest().getState() == RequestState.REQUEST_STATE_PENDING;
    }

    /** Whether the step failed. */
    public boolean isFailed() {
        return !record.getFailure().isEmpty();
    }

    /** Whether the step is over. */
    public boolean isEnded() {
        return record.hasEndedAt();
    }

    /** Why the step failed. */
    public String getFailure() {
        return record.getFailure();
    }

    /** How many approvals the profile asks for. */
    public int getApprovalsRequired() {
        return request().getApprovalsRequired();
    }

    /** How many are missing. */
    public int getApprovalsMissing() {
        return RequestText.missing(request());
    }

    /** Who has approved, and when. */
    public List<ApprovalView> getApprovals() {
        return request().getApprovalsList().stream()
                .map(approval -> new ApprovalView(approval.getOperator(), RecordJson.time(approval.getAt())))
                .toList();
    }

    /** Their names, separated by commas. */
    public String getOperators() {
        return String.join(", ", RequestText.operators(request()));
    }

    /** What an operator runs to see the files. */
    public String getShowCommand() {
        return RequestText.showCommand(request());
    }

    /** What an operator runs to approve them. */
    public String getApproveCommand() {
        return RequestText.approveCommand(request());
    }

    /** When the request ends by itself. */
    public String getExpiresAt() {
        return request().hasExpiresAt() ? RecordJson.time(request().getExpiresAt()) : "";
    }

    /** SHA-256 of the job's definition. */
    public String getDefinition() {
        return RecordJson.hex(record.getBuild().getDefinitionSha256());
    }

    /** Repository, branch and commit. */
    public String getSource() {
        return String.join(" ", List.of(
                record.getBuild().getScm().getUrl(), record.getBuild().getScm().getBranch(),
                record.getBuild().getScm().getCommit())).strip();
    }

    /** How many files there are. */
    public int getFileCount() {
        return record.getFilesCount();
    }

    /** How many are signed: those in a catalog are when it is. */
    public int getSignedCount() {
        Set<String> signed = record.getFilesList().stream()
                .filter(file -> file.hasSigned() && file.getSigned().getCatalog().isEmpty())
                .map(file -> file.getFile().getName()).collect(Collectors.toSet());
        return (int) record.getFilesList().stream()
                .filter(file -> signed.contains(file.getFile().getName()) || signed.contains(file.getSigned().getCatalog()))
                .count();
    }

    /** How many were signed before. */
    public int getSkippedCount() {
        return (int) record.getFilesList().stream().filter(FileRecord::getSkipped).count();
    }

    /** The files, in the order of the manifest. */
    public List<FileView> getFiles() {
        return record.getFilesList().stream().map(FileView::new).toList();
    }

    private SigningRequest request() {
        return record.getRequest();
    }

    /** An approval. */
    public static final class ApprovalView {
        private final String operator;
        private final String at;

        ApprovalView(String operator, String at) {
            this.operator = operator;
            this.at = at;
        }

        /** Who. */
        public String getOperator() {
            return operator;
        }

        /** When (ISO 8601, UTC). */
        public String getAt() {
            return at;
        }
    }

    /** A file. */
    public static final class FileView {
        private final FileRecord file;

        FileView(FileRecord file) {
            this.file = file;
        }

        /** Of the signed file; of the original while there is none. */
        public String getPath() {
            return file.getPath().isEmpty() ? file.getFile().getName() : file.getPath();
        }

        /** SHA-256 of the original. */
        public String getSha256Before() {
            return RecordJson.hex(file.getFile().getSha256());
        }

        /** SHA-256 of the signed file. */
        public String getSha256After() {
            return RecordJson.hex(file.getSigned().getSignedSha256());
        }

        /** Whether it is signed by itself. */
        public boolean isSigned() {
            return file.hasSigned() && getCatalog().isEmpty();
        }

        /** Whether it was signed before. */
        public boolean isSkipped() {
            return file.getSkipped();
        }

        /** The catalog that covers it; empty for a file that is signed by itself. */
        public String getCatalog() {
            return file.getSigned().getCatalog();
        }

        /** What its receipt is asked for by. */
        public String getReceiptKey() {
            return BuildReceipts.keyOf(file.getReceipt());
        }

        /** The file's format. */
        public String getFormat() {
            return file.getSigned().getFormat();
        }

        /** Subject of the signing certificate. */
        public String getSubject() {
            return file.getSigned().getCertificateSubject();
        }

        /** SHA-256 of the signing certificate. */
        public String getThumbprint() {
            return RecordJson.hex(file.getSigned().getCertificateSha256());
        }

        /** When the signing certificate expires. */
        public String getNotAfter() {
            return RecordJson.time(file.getSigned().getCertificateNotAfter());
        }

        /** Time in the timestamp. */
        public String getTimestamp() {
            return file.getSigned().hasTimestamp() ? RecordJson.time(file.getSigned().getTimestamp()) : "";
        }
    }
}
