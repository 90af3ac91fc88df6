package io.jenkins.plugins.signet.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import io.jenkins.plugins.signet.proto.Receipt;
import org.junit.jupiter.api.Test;

class ReceiptJsonTest {
    @Test
    void write_ofAReceipt_isTheFormThatTheAuditCommandReads() throws Exception {
        Receipt receipt = Receipt.newBuilder()
                .setRecord(ByteString.copyFromUtf8("{\"actor\":\"j\u00f6b\",\"index\":7}"))
                .setLeafIndex(7)
                .addInclusionProof(ByteString.copyFrom(new byte[] {0, 1, (byte) 0xff}))
                .addInclusionProof(ByteString.copyFrom(new byte[] {2}))
                .setCheckpoint("signet/node\n8\nAAAA\n\n\u2014 node abc\n")
                .build();
        assertEquals(
                "{\"checkpoint\":\"signet/node\\n8\\nAAAA\\n\\n\u2014 node abc\\n\",\"format\":\"signet-receipt/1\","
                        + "\"inclusionProof\":[\"AAH/\",\"Ag==\"],\"leafIndex\":7,"
                        + "\"record\":\"{\\\"actor\\\":\\\"j\u00f6b\\\",\\\"index\\\":7}\"}\n",
                ReceiptJson.write(receipt));
    }

    @Test
    void quote_ofControlCharacters_usesTheShortFormsAndHexadecimal() {
        assertEquals("\"\\b\\t\\n\\f\\r\\u0000\\u001f\\\"\\\\/\u007f\"", ReceiptJson.quote("\b\t\n\f\r\0\u001f\"\\/\u007f"));
    }

    @Test
    void write_whenTheRecordIsNotUtf8_isRefused() {
        Receipt receipt = Receipt.newBuilder().setRecord(ByteString.copyFrom(new byte[] {(byte) 0xc3})).build();
        assertEquals(
                FailureReason.PROTOCOL_ERROR,
                assertThrows(SignetException.class, () -> ReceiptJson.write(receipt)).reason());
    }
}
