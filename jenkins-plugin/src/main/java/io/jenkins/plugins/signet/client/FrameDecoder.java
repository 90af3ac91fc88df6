package io.jenkins.plugins.signet.client;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts the body of a gRPC-Web response into frames: one byte of flags, four bytes of length (big endian), payload
 * (gRPC-Web, "Protocol differences vs gRPC over HTTP2"). Not safe for several threads at once.
 */
final class FrameDecoder {
    /** Largest payload taken: an edit is at most 1 MiB and a request with its files stays far below. */
    static final int MAX_PAYLOAD_BYTES = 8 << 20;

    private static final int PREFIX_BYTES = 5;

    private final ByteBuffer prefix = ByteBuffer.allocate(PREFIX_BYTES);
    private byte[] payload;
    private int filled;

    /** A frame of the response. */
    record Frame(int flags, byte[] payload) {
        /** Whether the payload holds the trailers, not a message. */
        boolean isTrailers() {
            return (flags & 0x80) != 0;
        }
    }

    /** The frames that are complete with these bytes, in order. */
    List<Frame> feed(ByteBuffer bytes) throws SignetException {
        var frames = new ArrayList<Frame>();
        while (bytes.hasRemaining()) {
            if (payload == null) {
                readPrefix(bytes);
            } else {
                int count = Math.min(bytes.remaining(), payload.length - filled);
                bytes.get(payload, filled, count);
                filled += count;
            }
            if (payload != null && filled == payload.length) {
                frames.add(new Frame(prefix.get(0) & 0xff, payload));
                payload = null;
                prefix.clear();
            }
        }
        return frames;
    }

    /** Whether the last byte fed ended a frame. */
    boolean atBoundary() {
        return payload == null && prefix.position() == 0;
    }

    private void readPrefix(ByteBuffer bytes) throws SignetException {
        while (prefix.hasRemaining() && bytes.hasRemaining()) {
            prefix.put(bytes.get());
        }
        if (prefix.hasRemaining()) {
            return;
        }
        long length = prefix.getInt(1) & 0xffff_ffffL;
        if ((prefix.get(0) & 0x01) != 0) {
            throw new SignetException(FailureReason.PROTOCOL_ERROR, "the agent sent a compressed message, unasked");
        }
        if (length > MAX_PAYLOAD_BYTES) {
            throw new SignetException(
                    FailureReason.PROTOCOL_ERROR,
                    "the agent sent a message of " + length + " bytes; at most " + MAX_PAYLOAD_BYTES + " are taken");
        }
        payload = new byte[(int) length];
        filled = 0;
    }
}
