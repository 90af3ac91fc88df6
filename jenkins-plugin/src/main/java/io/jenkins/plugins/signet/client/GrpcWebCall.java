package io.jenkins.plugins.signet.client;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;

/** A call that is under way: its answers, then its status. For one thread. Closing it early cancels it. */
final class GrpcWebCall<A extends MessageLite> implements AutoCloseable {
    private static final int HTTP_OK = 200;

    private final CompletableFuture<HttpResponse<FrameSubscriber>> response;
    private final FrameSubscriber frames;
    private final Parser<A> parser;
    private final Deadline deadline;
    private final UnaryOperator<SignetException> onFailure;
    private HttpHeaders headers;
    private boolean headRead;
    private boolean ended;

    /** @param onFailure told of every failure; gives the one to throw */
    GrpcWebCall(
            CompletableFuture<HttpResponse<FrameSubscriber>> response, FrameSubscriber frames, Parser<A> parser,
            Deadline deadline, UnaryOperator<SignetException> onFailure) {
        this.response = response;
        this.frames = frames;
        this.parser = parser;
        this.deadline = deadline;
        this.onFailure = onFailure;
    }

    /** Runs the action once response headers are there or the call failed. */
    void whenAnswered(Runnable action) {
        response.whenComplete((head, failure) -> action.run());
    }

    /** What the agent's clock showed, by the header {@code date}; null where it did not say. */
    Instant agentTime() {
        String date = headers == null ? null : headers.firstValue("date").orElse(null);
        try {
            return date == null ? null : DateTimeFormatter.RFC_1123_DATE_TIME.parse(date, Instant::from);
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    /** The next answer; null when the call ended with status OK. */
    A next() throws SignetException, InterruptedException {
        return next(deadline);
    }

    /**
     * The same with less patience.
     *
     * @throws SignetException DEADLINE_EXCEEDED when nothing came; the call goes on and can be asked again
     */
    A next(Deadline patience) throws SignetException, InterruptedException {
        try {
            return read(patience);
        } catch (SignetException e) {
            throw onFailure.apply(e);
        }
    }

    private A read(Deadline patience) throws SignetException, InterruptedException {
        if (ended) {
            return null;
        }
        readHead(patience);
        if (ended) {
            return null;
        }
        FrameDecoder.Frame frame = frames.take(patience);
        if (frame == null) {
            throw new SignetException(
                    FailureReason.CONNECTION_LOST, "the agent's answer ended without a status", true, null, null);
        }
        if (frame.isTrailers()) {
            end(statusIn(frame));
            return null;
        }
        return parse(parser, frame);
    }

    static <A> A parse(Parser<A> parser, FrameDecoder.Frame frame) throws SignetException {
        try {
            return parser.parseFrom(frame.payload());
        } catch (InvalidProtocolBufferException e) {
            throw new SignetException(
                    FailureReason.PROTOCOL_ERROR, "a message of the agent cannot be read: " + e.getMessage(), false, null, e);
        }
    }

    static CallStatus statusIn(FrameDecoder.Frame trailers) throws SignetException {
        CallStatus status = CallStatus.fromTrailers(trailers.payload());
        if (status == null) {
            throw new SignetException(FailureReason.PROTOCOL_ERROR, "the agent's trailers hold no grpc-status");
        }
        return status;
    }

    private void readHead(Deadline patience) throws SignetException, InterruptedException {
        if (headRead) {
            return;
        }
        HttpResponse<FrameSubscriber> head;
        try {
            head = response.get(patience.remainingNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new SignetException(
                    FailureReason.DEADLINE_EXCEEDED, "the agent did not answer within the call's time", false, null, e);
        } catch (ExecutionException e) {
            throw TransportFailure.beforeAnswer(e);
        }
        headRead = true;
        headers = head.headers();
        CallStatus status = statusIn(head.statusCode(), head.headers(), head.uri());
        if (status != null) {
            end(status);
        }
    }

    /** The status of a call that failed before its first answer: it has no body (a trailers-only response). */
    static CallStatus statusIn(int httpStatus, HttpHeaders headers, URI uri) throws SignetException {
        if (httpStatus != HTTP_OK) {
            throw new SignetException(
                    FailureReason.PROTOCOL_ERROR,
                    "what answers at " + uri.getAuthority() + " is no Signet agent: HTTP status " + httpStatus);
        }
        return CallStatus.from(name -> headers.firstValue(name).orElse(null));
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
