package io.jenkins.plugins.signet.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.MessageLite;
import io.jenkins.plugins.signet.proto.ErrorReason;
import io.jenkins.plugins.signet.proto.rpc.ErrorInfo;
import io.jenkins.plugins.signet.proto.rpc.RetryInfo;
import io.jenkins.plugins.signet.proto.rpc.RpcStatus;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class CallStatusTest {
    @ParameterizedTest
    @CsvSource({
        "plain,plain", "100%25,100%", "j%C3%B6b,j\u00f6b", "%E2%82%AC,\u20ac", "50% off,50% off", "ends%,ends%", "ends%2,ends%2",
        "%zz,%zz", "\u00e4,\u00e4"
    })
    void percentDecode_ofAnyText_neverLosesIt(String encoded, String decoded) {
        assertEquals(decoded, CallStatus.percentDecode(encoded));
    }

    @Test
    void fromTrailers_withLinesOfEveryForm_findsStatusAndMessage() throws Exception {
        CallStatus status = CallStatus.fromTrailers(ascii("Grpc-Status:7\r\ngrpc-message: not%20granted\r\n"));
        assertEquals(7, status.code());
        assertEquals("not granted", status.message());
    }

    @Test
    void fromTrailers_withoutStatus_isNull() throws Exception {
        assertNull(CallStatus.fromTrailers(ascii("x: y\r\n")));
    }

    @Test
    void fromTrailers_withStatusThatIsNoNumber_isAProtocolError() {
        var failure = assertThrows(SignetException.class, () -> CallStatus.fromTrailers(ascii("grpc-status: seven")));
        assertEquals(FailureReason.PROTOCOL_ERROR, failure.reason());
    }

    @Test
    void toException_withErrorInfoAndRetryInfo_carriesReasonPauseAndCorrelation() throws Exception {
        var info = ErrorInfo.newBuilder().setDomain("signet").setReason("LEDGER_UNAVAILABLE").putMetadata("correlation", "c-17");
        var retry = RetryInfo.newBuilder().setRetryDelay(Duration.newBuilder().setSeconds(2).setNanos(500_000_000));
        SignetException failure = status(14, "disk full", any("ErrorInfo", info.build()), any("RetryInfo", retry.build()));

        assertEquals(FailureReason.LEDGER_UNAVAILABLE, failure.reason());
        assertTrue(failure.retryable());
        assertEquals(java.time.Duration.ofMillis(2500), failure.retryAfter());
        assertEquals("disk full (correlation c-17)", failure.getMessage());
    }

    @Test
    void toException_withReasonOfALaterVersion_keepsItsNameInTheDetail() throws Exception {
        var info = ErrorInfo.newBuilder().setDomain("signet").setReason("TOO_SUNNY");
        SignetException failure = status(9, "wait for rain", any("ErrorInfo", info.build()));
        assertEquals(FailureReason.UNKNOWN, failure.reason());
        assertEquals("TOO_SUNNY: wait for rain", failure.getMessage());
        assertFalse(failure.retryable());
    }

    @Test
    void toException_withErrorInfoOfAnotherDomain_ignoresItsReason() throws Exception {
        var info = ErrorInfo.newBuilder().setDomain("example.com").setReason("NOT_GRANTED");
        assertEquals(FailureReason.UNKNOWN, status(13, "", any("ErrorInfo", info.build())).reason());
    }

    @ParameterizedTest
    @CsvSource({
        "1,CANCELLED,false", "4,DEADLINE_EXCEEDED,false", "7,NOT_GRANTED,false", "8,UNKNOWN,false",
        "12,PROTOCOL_ERROR,false", "14,CONNECTION_LOST,true", "16,UNAUTHENTICATED,false"
    })
    void toException_withoutDetails_usesTheCode(int code, FailureReason reason, boolean retryable) {
        SignetException failure = new CallStatus(code, "m", null).toException();
        assertEquals(reason, failure.reason());
        assertEquals(retryable, failure.retryable());
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = {"UNRECOGNIZED", "ERROR_REASON_UNSPECIFIED"})
    void failureReasons_haveEveryReasonOfTheProtocol(ErrorReason reason) {
        assertNotEquals(FailureReason.UNKNOWN, FailureReason.of(reason));
        assertEquals(reason.name(), "ERROR_REASON_" + FailureReason.of(reason));
    }

    private static SignetException status(int code, String message, Any... details) throws SignetException {
        var status = RpcStatus.newBuilder().setCode(code).setMessage(message);
        for (Any detail : details) {
            status.addDetails(detail);
        }
        // Without padding, as gRPC sends binary headers.
        String binary = Base64.getEncoder().withoutPadding().encodeToString(status.build().toByteArray());
        Map<String, String> headers =
                Map.of("grpc-status", Integer.toString(code), "grpc-message", message, "grpc-status-details-bin", binary);
        return CallStatus.from(headers::get).toException();
    }

    private static Any any(String type, MessageLite message) {
        return Any.newBuilder()
                .setTypeUrl("type.googleapis.com/google.rpc." + type)
                .setValue(ByteString.copyFrom(message.toByteArray()))
                .build();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
