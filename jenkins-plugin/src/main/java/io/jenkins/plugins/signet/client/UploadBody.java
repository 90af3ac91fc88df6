package io.jenkins.plugins.signet.client;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The body of a request whose messages are written one by one by the calling thread.
 *
 * <p>The HTTP client asks for a buffer when the connection's flow control has room for one; {@link #send} waits until
 * then. So a file passes through in pieces, never as a whole, and a slow agent slows the reading of the file.
 */
final class UploadBody implements Flow.Publisher<ByteBuffer> {
    private static final int PREFIX_BYTES = 5;

    private final CompletableFuture<Flow.Subscriber<? super ByteBuffer>> subscriber = new CompletableFuture<>();
    private final Semaphore demand = new Semaphore(0);
    private volatile boolean closed;

    /** What became of an attempt to send. */
    enum Outcome {
        /** The message is on its way. */
        SENT,
        /** Nobody takes messages any more: the agent answered, or the connection ended. */
        CLOSED,
        /** The agent took nothing for the time allowed. */
        STALLED
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> newcomer) {
        boolean first = subscriber.complete(newcomer);
        newcomer.onSubscribe(first ? new Demand() : new NoDemand());
        if (!first) {
            // The HTTP client wants to repeat the request by itself; the content is gone, so the caller repeats.
            newcomer.onError(new IOException("the upload was interrupted"));
        }
    }

    /** Sends a message as one uncompressed frame; waits for room for at most {@code patience}. */
    Outcome send(MessageLite message, Duration patience) throws InterruptedException {
        return send(frame(message), patience);
    }

    private Outcome send(ByteBuffer frame, Duration patience) throws InterruptedException {
        if (!demand.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS)) {
            return Outcome.STALLED;
        }
        if (closed) {
            return Outcome.CLOSED;
        }
        subscriber.join().onNext(frame);
        return Outcome.SENT;
    }

    /** Ends the body in order: the call's half-close. */
    void complete() {
        if (subscriber.isDone()) {
            subscriber.join().onComplete();
        }
    }

    /** Lets a waiting {@link #send} return, because the call is over. */
    void close() {
        closed = true;
        demand.release();
    }

    /** The message behind its prefix: flags 0, length in big endian. */
    static ByteBuffer frame(MessageLite message) {
        int size = message.getSerializedSize();
        byte[] bytes = new byte[PREFIX_BYTES + size];
        ByteBuffer frame = ByteBuffer.wrap(bytes).putInt(1, size);
        CodedOutputStream output = CodedOutputStream.newInstance(bytes, PREFIX_BYTES, size);
        try {
            message.writeTo(output);
            output.checkNoSpaceLeft();
        } catch (IOException e) {
            throw new IllegalStateException("a message does not fit its own size", e);
        }
        return frame;
    }

    private final class Demand implements Flow.Subscription {
        @Override
        public void request(long n) {
            // One buffer after the other is all the HTTP client asks for; a larger number must not overflow the count.
            demand.release((int) Math.min(n, 1 << 16));
        }

        @Override
        public void cancel() {
            close();
        }
    }

    private static final class NoDemand implements Flow.Subscription {
        @Override
        public void request(long n) {}

        @Override
        public void cancel() {}
    }
}
