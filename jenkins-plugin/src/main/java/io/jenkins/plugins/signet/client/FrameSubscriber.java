package io.jenkins.plugins.signet.client;

import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Hands the frames of a response to the one thread that waits for them.
 *
 * <p>Used instead of the JDK's input stream because that one knows no deadline and, on early builds of Java 17, no
 * interruption. More bytes are asked for only when the frames at hand are taken, so a slow reader slows the agent.
 */
final class FrameSubscriber implements HttpResponse.BodySubscriber<FrameSubscriber> {
    private final FrameDecoder decoder = new FrameDecoder();
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile Flow.Subscription subscription;
    private volatile boolean cancelled;

    private sealed interface Event permits Arrived, Ended {}

    private record Arrived(FrameDecoder.Frame frame) implements Event {}

    /** The end of the body; failure is null for an orderly one. */
    private record Ended(Throwable failure) implements Event {}

    @Override
    public CompletionStage<FrameSubscriber> getBody() {
        return CompletableFuture.completedFuture(this);
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        this.subscription = subscription;
        if (cancelled) {
            subscription.cancel();
        } else {
            subscription.request(1);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        try {
            int count = 0;
            for (ByteBuffer buffer : buffers) {
                for (FrameDecoder.Frame frame : decoder.feed(buffer)) {
                    waiting.incrementAndGet();
                    events.add(new Arrived(frame));
                    count++;
                }
            }
            if (count == 0) {
                subscription.request(1);
            }
        } catch (SignetException e) {
            events.add(new Ended(e));
            subscription.cancel();
        }
    }

    @Override
    public void onError(Throwable failure) {
        events.add(new Ended(failure));
    }

    @Override
    public void onComplete() {
        events.add(new Ended(
                decoder.atBoundary() ? null : new java.io.EOFException("the answer ended in the middle of a message")));
    }

    /** The next frame; null at the orderly end of the body. */
    FrameDecoder.Frame take(Deadline deadline) throws SignetException, InterruptedException {
        Event event = events.poll(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
        if (event == null) {
            throw new SignetException(FailureReason.DEADLINE_EXCEEDED, "the agent did not answer within the call's time");
        }
        if (event instanceof Arrived arrived) {
            if (waiting.decrementAndGet() == 0) {
                subscription.request(1);
            }
            return arrived.frame();
        }
        // Kept for whoever asks again.
        events.add(event);
        Throwable failure = ((Ended) event).failure();
        if (failure == null) {
            return null;
        }
        throw failure instanceof SignetException known ? known : TransportFailure.of(failure);
    }

    /** Tells the agent that nobody listens any more. */
    void cancel() {
        cancelled = true;
        Flow.Subscription known = subscription;
        if (known != null) {
            known.cancel();
        }
    }
}
