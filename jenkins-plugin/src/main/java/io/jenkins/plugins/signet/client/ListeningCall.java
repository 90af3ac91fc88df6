package io.jenkins.plugins.signet.client;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import java.io.EOFException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * A call whose answers are handed to a listener as they come, on threads of the HTTP client. While nothing comes, no
 * thread belongs to it: a request may wait for its approvals for days.
 */
final class ListeningCall<A extends MessageLite> implements HttpResponse.BodySubscriber<Void> {
    private final FrameDecoder decoder = new FrameDecoder();
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private final Parser<A> parser;
    private final Consumer<A> listener;
    private final UnaryOperator<SignetException> onFailure;
    private volatile Flow.Subscription subscription;

    /**
     * @param listener given each answer, one after the other
     * @param onFailure told of a failure; gives the one to report
     */
    ListeningCall(Parser<A> parser, Consumer<A> listener, UnaryOperator<SignetException> onFailure) {
        this.parser = parser;
        this.listener = listener;
        this.onFailure = onFailure;
    }

    /** Completes when the call ended; see {@link GrpcWebChannel#listen}. */
    CompletableFuture<Void> start(HttpClient http, HttpRequest request, Deadline deadline) {
        CompletableFuture<HttpResponse<Void>> response = http.sendAsync(request, head -> {
            try {
                CallStatus status = GrpcWebCall.statusIn(head.statusCode(), head.headers(), request.uri());
                if (status != null) {
                    finish(status);
                }
            } catch (SignetException e) {
                fail(e);
            }
            return this;
        });
        response.whenComplete((head, failure) -> {
            if (failure != null) {
                fail(TransportFailure.beforeAnswer(failure));
            }
        });
        end.orTimeout(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
        // However it ended, by a timeout or a cancellation from outside too, nothing is left open.
        end.whenComplete((nothing, failure) -> {
            Flow.Subscription known = subscription;
            if (known != null) {
                known.cancel();
            }
            response.cancel(true);
        });
        return end;
    }

    /** The typed failure of a call that {@link #start} gave. */
    static SignetException failureOf(Throwable failure) {
        return failure instanceof TimeoutException
                ? new SignetException(FailureReason.DEADLINE_EXCEEDED, "the agent did not end the call within its time")
                : TransportFailure.of(failure);
    }

    @Override
    public CompletionStage<Void> getBody() {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void onSubscribe(Flow.Subscription newcomer) {
        subscription = newcomer;
        if (end.isDone()) {
            newcomer.cancel();
        } else {
            newcomer.request(Long.MAX_VALUE);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        try {
            for (ByteBuffer buffer : buffers) {
                for (FrameDecoder.Frame frame : decoder.feed(buffer)) {
                    take(frame);
                }
            }
        } catch (SignetException e) {
            fail(e);
        } catch (RuntimeException e) {
            end.completeExceptionally(e);
        }
    }

    private void take(FrameDecoder.Frame frame) throws SignetException {
        if (end.isDone()) {
            return;
        }
        if (frame.isTrailers()) {
            finish(GrpcWebCall.statusIn(frame));
        } else {
            listener.accept(GrpcWebCall.parse(parser, frame));
        }
    }

    @Override
    public void onError(Throwable failure) {
        fail(TransportFailure.of(failure));
    }

    @Override
    public void onComplete() {
        fail(TransportFailure.of(new EOFException("the agent's answer ended without a status")));
    }

    private void finish(CallStatus status) {
        if (status.ok()) {
            end.complete(null);
        } else {
            fail(status.toException());
        }
    }

    /** Of several the first one counts. */
    private void fail(SignetException failure) {
        if (!end.isDone()) {
            end.completeExceptionally(onFailure.apply(failure));
        }
    }
}
