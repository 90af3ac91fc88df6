package io.jenkins.plugins.signet.signing;

import io.jenkins.plugins.signet.proto.RequestState;
import io.jenkins.plugins.signet.proto.SigningRequest;
import java.util.HexFormat;
import java.util.List;

/** Says in words how a request stands. */
public final class RequestText {
    private RequestText() {}

    /** For a log: state and approvals. */
    static String describe(SigningRequest request) {
        String state = state(request.getState());
        if (request.getApprovalsRequired() == 0) {
            return state;
        }
        List<String> names = operators(request);
        return state + ", " + names.size() + " of " + request.getApprovalsRequired() + " approvals"
                + (names.isEmpty() ? "" : " (" + String.join(", ", names) + ")");
    }

    /** A state without its prefix, for instance {@code PENDING}. */
    public static String state(RequestState state) {
        return state.name().replaceFirst("^REQUEST_STATE_", "");
    }

    /** Who has approved so far. */
    public static List<String> operators(SigningRequest request) {
        return request.getApprovalsList().stream().map(approval -> approval.getOperator()).toList();
    }

    /** How many approvals are missing. */
    public static int missing(SigningRequest request) {
        return Math.max(0, request.getApprovalsRequired() - request.getApprovalsCount());
    }

    /** What an operator runs on the signing node to approve exactly these files. */
    public static String approveCommand(SigningRequest request) {
        return "signet requests approve " + request.getRequestId() + " --manifest "
                + HexFormat.of().formatHex(request.getManifestSha256().toByteArray());
    }

    /** What an operator runs on the signing node to look at the request. */
    public static String showCommand(SigningRequest request) {
        return "signet requests show " + request.getRequestId();
    }
}
