package io.jenkins.plugins.signet.client;

import com.google.protobuf.ByteString;
import io.jenkins.plugins.signet.proto.Receipt;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.stream.Collectors;

/** Writes a receipt as the JSON file that {@code signet audit check} reads. */
public final class ReceiptJson {
    /** Names the form of the file. */
    static final String FORMAT = "signet-receipt/1";

    private ReceiptJson() {}

    /**
     * The file's text: one object on one line, keys sorted, a line feed behind it.
     *
     * @throws SignetException PROTOCOL_ERROR for a record that is not UTF-8: its exact bytes would be lost
     */
    public static String write(Receipt receipt) throws SignetException {
        String proof = receipt.getInclusionProofList().stream()
                .map(ReceiptJson::base64)
                .collect(Collectors.joining(",", "[", "]"));
        return "{\"checkpoint\":" + quote(receipt.getCheckpoint())
                + ",\"format\":" + quote(FORMAT)
                + ",\"inclusionProof\":" + proof
                + ",\"leafIndex\":" + receipt.getLeafIndex()
                + ",\"record\":" + quote(text(receipt.getRecord())) + "}\n";
    }

    private static String text(ByteString record) throws SignetException {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(record.toByteArray())).toString();
        } catch (CharacterCodingException e) {
            throw new SignetException(
                    FailureReason.PROTOCOL_ERROR, "the agent sent a receipt whose record is not UTF-8", false, null, e);
        }
    }

    private static String base64(ByteString bytes) {
        return '"' + Base64.getEncoder().encodeToString(bytes.toByteArray()) + '"';
    }

    /** A JSON string, escaped as RFC 8785 section 3.2.2.2 has it. */
    public static String quote(String text) {
        var quoted = new StringBuilder(text.length() + 16).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\b' -> quoted.append("\\b");
                case '\t' -> quoted.append("\\t");
                case '\n' -> quoted.append("\\n");
                case '\f' -> quoted.append("\\f");
                case '\r' -> quoted.append("\\r");
                default -> {
                    if (c < ' ') {
                        quoted.append(String.format("\\u%04x", (int) c));
                    } else {
                        quoted.append(c);
                    }
                }
            }
        }
        return quoted.append('"').toString();
    }
}
