package io.jenkins.plugins.signet.client;

import io.jenkins.plugins.signet.proto.SigningRequest;

/** Reads the state of a request. */
public final class RequestStates {
    private RequestStates() {}

    /** Whether nothing more happens to the request. */
    public static boolean hasEnded(SigningRequest request) {
        return switch (request.getState()) {
            case REQUEST_STATE_COMPLETED, REQUEST_STATE_DENIED, REQUEST_STATE_EXPIRED, REQUEST_STATE_CANCELLED,
                    REQUEST_STATE_FAILED -> true;
            default -> false;
        };
    }

    /** Whether its files can be signed, or are signed. */
    public static boolean isApproved(SigningRequest request) {
        return switch (request.getState()) {
            case REQUEST_STATE_APPROVED, REQUEST_STATE_COMPLETED -> true;
            default -> false;
        };
    }

    /** The failure that a request stands for that ended without being completed. */
    public static SignetException failureOf(SigningRequest request) {
        FailureReason reason = switch (request.getState()) {
            case REQUEST_STATE_DENIED -> FailureReason.DENIED;
            case REQUEST_STATE_EXPIRED -> FailureReason.EXPIRED;
            case REQUEST_STATE_CANCELLED -> FailureReason.CANCELLED;
            default -> FailureReason.of(request.getEndedReason());
        };
        String detail = request.getEndedDetail().isEmpty()
                ? "request " + request.getRequestId() + " ended as " + request.getState()
                : request.getEndedDetail();
        return new SignetException(reason, detail);
    }
}
