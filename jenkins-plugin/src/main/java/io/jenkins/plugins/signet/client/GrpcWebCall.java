package io.jenkins.plugins.signet.client;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A call that is under way: its answers, then its status. For one thread. Closing it early cancels it. */
final class GrpcWebCall<A extends MessageLite> implements AutoCloseable {
    private static final int HTTP_OK = 200;

    private final CompletableFuture<HttpResponse<FrameSubscriber>> response;
    private final FrameSubscriber frames;
    private final Parser<A> parser;
    private final Deadline deadline;
    private boolean headRead;
    private boolean ended;

    GrpcWebCall(
            CompletableFuture<HttpResponse<FrameSubscriber>> response, FrameSubscriber frames, Parser<A> parser,
            Deadline deadline) {
        this.response = response;
        this.frames = frames;
        this.parser = parser;
        this.deadline = deadline;
    }

    /** Runs the action once response headers are there or the call failed. */
    void whenAnswered(Runnable action) {
        response.whenComplete((head, failure) -> action.run());
    }

    /** The next answer; null when the call ended with status OK. */
    A next() throws SignetException, InterruptedException {
        if (ended) {
            return null;
        }
        readHead();
        if (ended) {
            return null;
        }
        FrameDecoder.Frame frame = frames.take(deadline);
        if (frame == null) {
            throw new SignetException(
                    FailureReason.CONNECTION_LOST, "the agent's answer ended without a status", true, null, null);
        }
        if (frame.isTrailers()) {
            CallStatus status = CallStatus.fromTrailers(frame.payload());
            if (status == null) {
                throw new SignetException(FailureReason.PROTOCOL_ERROR, "the agent's trailers hold no grpc-status");
            }
            end(status);
            return null;
        }
        try {
            return parser.parseFrom(frame.payload());
        } catch (InvalidProtocolBufferException e) {
            throw new SignetException(
                    FailureReason.PROTOCOL_ERROR, "a message of the agent cannot be read: " + e.getMessage(), false, null, e);
        }
    }

    private void readHead() throws SignetException, InterruptedException {
        if (headRead) {
            return;
        }
        HttpResponse<FrameSubscriber> head;
        try {
            head = response.get(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new SignetException(
                    FailureReason.DEADLINE_EXCEEDED, "the agent did not answer within the call's time", false, null, e);
        } catch (ExecutionException e) {
            throw TransportFailure.beforeAnswer(e);
        }
        headRead = true;
        if (head.statusCode() != HTTP_OK) {
            throw new SignetException(
                    FailureReason.PROTOCOL_ERROR,
                    "what answers at " + head.uri().getAuthority() + " is no Signet agent: HTTP status " + head.statusCode());
        }
        // A call that failed before its first answer carries its status here and has no body (a trailers-only response).
        CallStatus status = CallStatus.from(name -> head.headers().firstValue(name).orElse(null));
        if (status != null) {
            end(status);
        }
    }

    private void end(CallStatus status) throws SignetException {
        ended = true;
        if (!status.ok()) {
            throw status.toException();
        }
    }

    /** Cancels the call unless it has ended; the agent sees the stream reset. */
    @Override
    public void close() {
        if (!ended) {
            ended = true;
            frames.cancel();
            response.cancel(true);
        }
    }
}
