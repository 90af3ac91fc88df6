package io.jenkins.plugins.signet.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import io.jenkins.plugins.signet.proto.rpc.ErrorInfo;
import io.jenkins.plugins.signet.proto.rpc.RetryInfo;
import io.jenkins.plugins.signet.proto.rpc.RpcStatus;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * How a gRPC call ended, from response headers or from the trailer frame of gRPC-Web.
 *
 * @param code gRPC status code, 0 for OK
 * @param message for people, decoded
 * @param details the google.rpc.Status of the trailer {@code grpc-status-details-bin}; null where there is none
 */
record CallStatus(int code, String message, RpcStatus details) {
    private static final int CANCELLED = 1;
    private static final int DEADLINE_EXCEEDED = 4;
    private static final int PERMISSION_DENIED = 7;
    private static final int UNIMPLEMENTED = 12;
    private static final int UNAVAILABLE = 14;
    private static final int UNAUTHENTICATED = 16;
    private static final int RESOURCE_EXHAUSTED = 8;
    private static final int ABORTED = 10;

    /** The status in response headers or trailers; null where they hold none. */
    static CallStatus from(Function<String, String> header) throws SignetException {
        String code = header.apply("grpc-status");
        if (code == null) {
            return null;
        }
        try {
            String message = header.apply("grpc-message");
            String details = header.apply("grpc-status-details-bin");
            return new CallStatus(
                    Integer.parseInt(code.trim()),
                    message == null ? "" : percentDecode(message),
                    details == null ? null : RpcStatus.parseFrom(decodeBinary(details)));
        } catch (IllegalArgumentException | InvalidProtocolBufferException e) {
            throw new SignetException(
                    FailureReason.PROTOCOL_ERROR, "the agent ended the call with a status that cannot be read: " + code,
                    false, null, e);
        }
    }

    /** The status in the payload of a trailer frame: lines of {@code name: value}; null where it holds none. */
    static CallStatus fromTrailers(byte[] payload) throws SignetException {
        Map<String, String> trailers = new HashMap<>();
        for (String line : new String(payload, StandardCharsets.US_ASCII).split("\r?\n")) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                trailers.put(line.substring(0, colon).trim().toLowerCase(Locale.ROOT), line.substring(colon + 1).trim());
            }
        }
        return from(trailers::get);
    }

    boolean ok() {
        return code == 0;
    }

    /** The failure that this status stands for. */
    SignetException toException() {
        Duration retryAfter = null;
        ErrorInfo info = null;
        if (details != null) {
            for (Any detail : details.getDetailsList()) {
                try {
                    if (detail.getTypeUrl().endsWith("/google.rpc.ErrorInfo")) {
                        info = ErrorInfo.parseFrom(detail.getValue());
                    } else if (detail.getTypeUrl().endsWith("/google.rpc.RetryInfo")) {
                        var delay = RetryInfo.parseFrom(detail.getValue()).getRetryDelay();
                        retryAfter = Duration.ofSeconds(delay.getSeconds(), delay.getNanos());
                    }
                } catch (InvalidProtocolBufferException e) {
                    return new SignetException(
                            FailureReason.PROTOCOL_ERROR, "the details of an error cannot be read: " + message, false, null, e);
                }
            }
        }
        if (info == null || !info.getDomain().equals("signet")) {
            return withoutReason();
        }
        String correlation = info.getMetadataMap().get("correlation");
        FailureReason reason = FailureReason.fromWireName(info.getReason());
        String text = reason == FailureReason.UNKNOWN ? info.getReason() + ": " + message : message;
        return new SignetException(
                reason,
                correlation == null || text.contains(correlation) ? text : text + " (correlation " + correlation + ")",
                code == UNAVAILABLE || code == RESOURCE_EXHAUSTED || code == ABORTED,
                retryAfter,
                null);
    }

    /** For a status that the gRPC stack, a proxy or another server made: it carries no reason of Signet. */
    private SignetException withoutReason() {
        return switch (code) {
            case CANCELLED -> new SignetException(FailureReason.CANCELLED, "the call was cancelled: " + message);
            case DEADLINE_EXCEEDED -> new SignetException(
                    FailureReason.DEADLINE_EXCEEDED, "the call did not end within its time: " + message);
            case PERMISSION_DENIED -> new SignetException(FailureReason.NOT_GRANTED, message);
            case UNAUTHENTICATED -> new SignetException(FailureReason.UNAUTHENTICATED, message);
            case UNIMPLEMENTED -> new SignetException(
                    FailureReason.PROTOCOL_ERROR, "the agent does not offer this call; update the agent: " + message);
            case UNAVAILABLE -> new SignetException(
                    FailureReason.CONNECTION_LOST, "the agent is not available: " + message, true, null, null);
            default -> new SignetException(
                    FailureReason.UNKNOWN, "the call ended with gRPC status " + code + ": " + message);
        };
    }

    /** Decodes {@code grpc-message}: UTF-8, percent-encoded (gRPC over HTTP/2, "Percent-Encoded"). */
    static String percentDecode(String text) {
        var bytes = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int high = c == '%' && i + 2 <= text.length() - 1 ? Character.digit(text.charAt(i + 1), 16) : -1;
            int low = high >= 0 ? Character.digit(text.charAt(i + 2), 16) : -1;
            if (low >= 0) {
                bytes.write(high << 4 | low);
                i += 2;
            } else {
                // A stray percent sign is kept as it is: a message is never lost over its encoding.
                bytes.writeBytes(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** Decodes a header whose name ends in -bin: base64 with or without padding. */
    private static byte[] decodeBinary(String text) {
        return Base64.getDecoder().decode(text.trim());
    }
}
