package io.jenkins.plugins.signet.client;

import io.jenkins.plugins.signet.proto.ErrorReason;

/**
 * Why a call to the agent failed: every {@link ErrorReason} of the protocol under the same name, and behind them the
 * reasons that the client finds for itself.
 */
public enum FailureReason {
    /** The call itself is wrong. */
    INVALID_REQUEST,
    /** No format of the profile recognises the file. */
    UNSUPPORTED_FORMAT,
    /** The file is damaged or contradicts its format. */
    MALFORMED_FILE,
    /** A limit of the profile would be exceeded. */
    LIMIT_EXCEEDED,
    /** The client certificate or the credential is not known to the agent. */
    UNAUTHENTICATED,
    /** No grant; also for a profile that does not exist. */
    NOT_GRANTED,
    /** The agent has no request of that id for this job. */
    UNKNOWN_REQUEST,
    /** The file is not in the request's manifest, or its content is not what the manifest says. */
    MANIFEST_MISMATCH,
    /** An operator denied the request. */
    DENIED,
    /** The request's time to be approved or signed is over. */
    EXPIRED,
    /** The file is signed already and the request says to refuse such files. */
    ALREADY_SIGNED,
    /** The signing certificate is expired, not yet valid, or does not match the key. */
    CERTIFICATE_INVALID,
    /** The profile requires a key in hardware and this one is not. */
    HARDWARE_REQUIRED,
    /** An operator has to unlock the token. */
    TOKEN_LOCKED,
    /** The token is not there. */
    TOKEN_ABSENT,
    /** The token did not answer as it should. */
    TOKEN_FAILED,
    /** No timestamp server answered as it should. */
    TIMESTAMP_UNAVAILABLE,
    /** The agent cannot write its ledger. */
    LEDGER_UNAVAILABLE,
    /** The agent is being stopped. */
    SHUTTING_DOWN,
    /** The profile's rate is used up for now. */
    RATE_LIMITED,
    /** Too many files wait for the token. */
    QUEUE_FULL,
    /** What arrived is not what was sent; the upload starts again. */
    UPLOAD_CORRUPT,
    /** The request still waits for approvals. */
    NOT_APPROVED,
    /** The request was cancelled. */
    CANCELLED,
    /** The agent's own verifier refused the signature that it had made. */
    VERIFICATION_FAILED,
    /** The key cannot sign as the profile wants; the administrator of the signing node has to act. */
    KEY_UNUSABLE,
    /** A fault of the agent, with an id that finds it in the agent's log. */
    INTERNAL,

    /** No connection: the name does not resolve, nothing listens there, or it does not answer in time. */
    UNREACHABLE,
    /** TLS failed: the agent's certificate is not trusted, or the agent refused the client certificate. */
    TLS_FAILED,
    /** The connection ended in the middle of a call. */
    CONNECTION_LOST,
    /** The call did not end within its time. */
    DEADLINE_EXCEEDED,
    /** What answered does not speak the protocol as this client knows it. */
    PROTOCOL_ERROR,
    /** A file changed between hashing and signing, or the signed file is not what the agent announced. */
    FILE_CHANGED,
    /** The agent gave a reason that this version does not know. */
    UNKNOWN;

    /** The reason with this name on the wire; {@link #UNKNOWN} for one that this version does not know. */
    static FailureReason fromWireName(String name) {
        for (FailureReason reason : values()) {
            if (reason.name().equals(name)) {
                return reason;
            }
        }
        return UNKNOWN;
    }

    /** The reason that a request's {@code ended_reason} stands for. */
    static FailureReason of(ErrorReason reason) {
        String name = reason.name();
        return name.startsWith("ERROR_REASON_") ? fromWireName(name.substring("ERROR_REASON_".length())) : UNKNOWN;
    }
}
