package io.jenkins.plugins.signet.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.jenkins.plugins.signet.proto.SignFileRequest;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameDecoderTest {
    private static final byte[] THREE_FRAMES = {
        0, 0, 0, 0, 3, 1, 2, 3, 0, 0, 0, 0, 0, (byte) 0x80, 0, 0, 0, 2, 'a', 'b'
    };

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 7, 20})
    void feed_whenBytesComeInPiecesOfAnySize_givesTheSameFrames(int piece) throws Exception {
        var decoder = new FrameDecoder();
        List<FrameDecoder.Frame> frames = new ArrayList<>();
        for (int at = 0; at < THREE_FRAMES.length; at += piece) {
            frames.addAll(decoder.feed(ByteBuffer.wrap(THREE_FRAMES, at, Math.min(piece, THREE_FRAMES.length - at))));
        }

        assertEquals(3, frames.size());
        assertArrayEquals(new byte[] {1, 2, 3}, frames.get(0).payload());
        assertArrayEquals(new byte[0], frames.get(1).payload());
        assertFalse(frames.get(1).isTrailers());
        assertArrayEquals(new byte[] {'a', 'b'}, frames.get(2).payload());
        assertTrue(frames.get(2).isTrailers());
        assertTrue(decoder.atBoundary());
    }

    @Test
    void atBoundary_whenTheLastFrameIsCutOff_isFalse() throws Exception {
        var decoder = new FrameDecoder();
        decoder.feed(ByteBuffer.wrap(THREE_FRAMES, 0, 6));
        assertFalse(decoder.atBoundary());
    }

    @Test
    void feed_whenLengthIsHuge_refusesBeforeTakingMemory() {
        ByteBuffer prefix = ByteBuffer.wrap(new byte[] {0, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff});
        var failure = assertThrows(SignetException.class, () -> new FrameDecoder().feed(prefix));
        assertEquals(FailureReason.PROTOCOL_ERROR, failure.reason());
        assertTrue(failure.getMessage().contains("4294967295"));
    }

    @Test
    void feed_whenMessageIsCompressed_refuses() {
        var failure = assertThrows(
                SignetException.class, () -> new FrameDecoder().feed(ByteBuffer.wrap(new byte[] {1, 0, 0, 0, 1, 9})));
        assertEquals(FailureReason.PROTOCOL_ERROR, failure.reason());
    }

    @Test
    void frame_ofAMessage_isReadBackByTheDecoder() throws Exception {
        var message = SignFileRequest.newBuilder().setChunk(ByteString.copyFromUtf8("content")).build();
        List<FrameDecoder.Frame> frames = new FrameDecoder().feed(UploadBody.frame(message));
        assertEquals(message, SignFileRequest.parseFrom(frames.get(0).payload()));
    }
}
