package io.jenkins.plugins.signet.client;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.jenkins.plugins.signet.client.GrpcWebChannel.CallOptions;
import io.jenkins.plugins.signet.proto.CancelRequestRequest;
import io.jenkins.plugins.signet.proto.CancelRequestResponse;
import io.jenkins.plugins.signet.proto.CheckAccessRequest;
import io.jenkins.plugins.signet.proto.CheckAccessResponse;
import io.jenkins.plugins.signet.proto.CreateRequestRequest;
import io.jenkins.plugins.signet.proto.CreateRequestResponse;
import io.jenkins.plugins.signet.proto.SigningRequest;
import io.jenkins.plugins.signet.proto.WatchRequestRequest;
import io.jenkins.plugins.signet.proto.WatchRequestResponse;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The calls of the service {@code signet.v1.Signing}, with repeats where a repeat can help. Safe for use by several
 * threads. Every call throws {@link SignetException} when it failed for good, and cancels itself at the agent when the
 * calling thread is interrupted.
 */
public final class SignetClient {
    /** Time for a call that moves no file. */
    static final Duration SHORT_CALL = Duration.ofSeconds(30);

    /**
     * How long one stream of changes is kept open. A connection that died without a word is noticed no later than this.
     */
    static final Duration WATCH_PERIOD = Duration.ofSeconds(90);

    /** How long the agent may keep silent in a call for a file before it is asked whether it is still there. */
    static final Duration SILENCE = Duration.ofSeconds(60);

    private static final String SERVICE = "/signet.v1.Signing/";

    private final GrpcWebChannel channel;
    private final Credential credential;
    private final RetryBudget retries;
    private final FileUpload upload;
    private final Duration shortCall;

    /**
     * @param channel the agent
     * @param credential sent with every call
     * @param retries how long failures that may pass are met with a repeat
     */
    public SignetClient(GrpcWebChannel channel, Credential credential, RetryBudget retries) {
        this(channel, credential, retries, SHORT_CALL, SILENCE);
    }

    /** As above, with other times; for tests. */
    SignetClient(
            GrpcWebChannel channel, Credential credential, RetryBudget retries, Duration shortCall, Duration silence) {
        this.shortCall = shortCall;
        this.channel = Objects.requireNonNull(channel);
        this.credential = Objects.requireNonNull(credential);
        this.retries = Objects.requireNonNull(retries);
        this.upload = new FileUpload(channel, SERVICE + "SignFile", silence, this::isAlive);
    }

    /** The profiles that the job may use with the credential. */
    public CheckAccessResponse checkAccess(String jobFullName) throws SignetException, InterruptedException {
        var message = CheckAccessRequest.newBuilder().setJobFullName(jobFullName).build();
        return call("CheckAccess", message, CheckAccessResponse.parser(), Deadline.after(Duration.ofDays(1)));
    }

    /** Opens a request, or finds the one that an earlier call with the same id and content opened. */
    public SigningRequest createRequest(CreateRequestRequest message, Deadline deadline)
            throws SignetException, InterruptedException {
        return call("CreateRequest", message, CreateRequestResponse.parser(), deadline).getRequest();
    }

    /**
     * A request that was opened before, as it stands. Never opens one.
     *
     * @throws SignetException UNKNOWN_REQUEST if the agent does not have it; retryable where another address may
     */
    public SigningRequest lookUp(String requestId, Deadline deadline) throws SignetException, InterruptedException {
        try {
            return watchRequest(requestId, state -> true, deadline.earlier(Deadline.after(shortCall)));
        } catch (SignetException e) {
            if (e.reason() == FailureReason.UNKNOWN_REQUEST && channel.addressCount() > 1) {
                channel.leaveAddress();
                throw new SignetException(e.reason(), e.getMessage(), true, null, e);
            }
            throw e.reason() == FailureReason.DEADLINE_EXCEEDED && !deadline.expired() ? silent(e) : e;
        }
    }

    /**
     * Follows a request until {@code enough} accepts its state or the request ended; connects again whenever the stream
     * is lost.
     *
     * @param enough called with every state seen, the first one included
     * @return the state that was accepted, or the last one of a request that ended
     */
    public SigningRequest watchRequest(String requestId, Predicate<SigningRequest> enough, Deadline deadline)
            throws SignetException, InterruptedException {
        var message = WatchRequestRequest.newBuilder().setRequestId(requestId).build();
        RetryBudget.Episode episode = retries.newEpisode(deadline);
        while (true) {
            try {
                boolean heard = false;
                Deadline period = deadline.earlier(Deadline.after(WATCH_PERIOD));
                try (var stream = channel.open(
                        SERVICE + "WatchRequest", message, WatchRequestResponse.parser(), options(period))) {
                    SigningRequest last = null;
                    WatchRequestResponse change;
                    while ((change = stream.next()) != null) {
                        last = change.getRequest();
                        if (!heard) {
                            heard = true;
                            episode = retries.newEpisode(deadline);
                        }
                        if (enough.test(last)) {
                            return last;
                        }
                    }
                    if (last != null && RequestStates.hasEnded(last)) {
                        return last;
                    }
                    throw new SignetException(
                            FailureReason.CONNECTION_LOST, "the agent ended the stream of request " + requestId, true, null,
                            null);
                } catch (SignetException e) {
                    // The end of a period is no failure where the stream had worked.
                    if (e.reason() == FailureReason.DEADLINE_EXCEEDED && !deadline.expired() && heard) {
                        continue;
                    }
                    throw e;
                }
            } catch (SignetException e) {
                episode.afterFailure("watching request " + requestId, e);
            }
        }
    }

    /**
     * Uploads a file of an approved request and takes its edits. A failure that may pass starts the upload again.
     *
     * @param fileName as in the manifest
     * @param content the file; {@link ContentSource#NONE} for one that the agent has signed already
     */
    public SignedContent signFile(
            String requestId, String fileName, ContentSource content, Deadline deadline, UploadListener listener)
            throws SignetException, InterruptedException {
        return retries.run(
                "signing '" + fileName + "'", deadline,
                () -> atAnyAddress(() -> {
                    try {
                        return upload.run(requestId, fileName, content, options(deadline), listener);
                    } catch (StalledUploadException e) {
                        return afterStall(requestId, fileName, deadline, listener);
                    } catch (SignetException e) {
                        // Nothing was sent because there is nothing to send; a repeat would send no more.
                        throw content == ContentSource.NONE && e.reason() == FailureReason.UPLOAD_CORRUPT
                                ? new SignetException(FailureReason.MANIFEST_MISMATCH, e.getMessage(), false, null, e)
                                : e;
                    }
                }));
    }

    /**
     * Finds out why an upload got stuck. One that the agent refused at its first message looks like one whose
     * connection hangs, so the agent is asked again without content: it repeats its refusal. If all that it misses is
     * the content, the upload may start again.
     */
    private SignedContent afterStall(String requestId, String fileName, Deadline deadline, UploadListener listener)
            throws SignetException, InterruptedException {
        var stalled = new SignetException(
                FailureReason.CONNECTION_LOST,
                "the agent took no data of '" + fileName + "' for " + FileUpload.STALL.toSeconds() + " s", true, null, null);
        try {
            Deadline attempt = deadline.earlier(Deadline.after(shortCall));
            return upload.run(requestId, fileName, ContentSource.NONE, options(attempt), listener);
        } catch (StalledUploadException e) {
            throw stalled;
        } catch (SignetException e) {
            boolean contentMissing =
                    e.reason() == FailureReason.MANIFEST_MISMATCH || e.reason() == FailureReason.UPLOAD_CORRUPT;
            if (contentMissing && isInManifest(requestId, fileName, deadline)) {
                throw stalled;
            }
            throw e;
        }
    }

    private boolean isInManifest(String requestId, String fileName, Deadline deadline)
            throws SignetException, InterruptedException {
        return watchRequest(requestId, state -> true, deadline).getFilesList().stream()
                .anyMatch(file -> file.getFile().getName().equals(fileName));
    }

    /**
     * Follows a request without holding a thread, over one stream: until the request ended, the stream broke, or it is
     * time to connect anew.
     *
     * @param listener given the state as it stands and then every change, on a thread of the HTTP client
     * @return completes when the stream ended in order or its time was over; with a {@link SignetException} when it
     *     failed, as {@link #failureOf} gives it; cancel it to hear no more
     */
    public CompletableFuture<Void> followRequest(
            String requestId, Deadline deadline, Consumer<SigningRequest> listener) {
        var message = WatchRequestRequest.newBuilder().setRequestId(requestId).build();
        Deadline period = deadline.earlier(Deadline.after(WATCH_PERIOD));
        return channel.listen(
                SERVICE + "WatchRequest", message, WatchRequestResponse.parser(), options(period),
                change -> listener.accept(change.getRequest()));
    }

    /** The typed failure that completed {@link #followRequest}. */
    public static SignetException failureOf(Throwable failure) {
        return ListeningCall.failureOf(failure);
    }

    /** The address that is used now, as {@code host:port}. */
    public String currentAddress() {
        return channel.currentAddress();
    }

    /** Ends a request; harmless when it has ended. */
    public SigningRequest cancelRequest(String requestId, String comment) throws SignetException, InterruptedException {
        var message = CancelRequestRequest.newBuilder().setRequestId(requestId).setComment(comment).build();
        return call("CancelRequest", message, CancelRequestResponse.parser(), Deadline.after(shortCall)).getRequest();
    }

    private <A extends MessageLite> A call(String method, MessageLite message, Parser<A> parser, Deadline deadline)
            throws SignetException, InterruptedException {
        return retries.run(method, deadline, () -> atAnyAddress(() -> {
            Deadline attempt = deadline.earlier(Deadline.after(shortCall));
            try {
                return channel.unary(SERVICE + method, message, parser, options(attempt));
            } catch (SignetException e) {
                throw e.reason() == FailureReason.DEADLINE_EXCEEDED && !deadline.expired() ? silent(e) : e;
            }
        }));
    }

    /** A host that vanished does not end its connections: silence is met like a lost connection. */
    private SignetException silent(SignetException timeout) {
        var lost = new SignetException(
                FailureReason.CONNECTION_LOST, "the agent at " + channel.currentAddress() + " did not answer within "
                        + shortCall.toSeconds() + " s", true, null, timeout);
        channel.leaveAddress();
        return lost;
    }

    /** Where nothing was sent because there is no connection, the agent's other addresses are tried at once. */
    private <T> T atAnyAddress(RetryBudget.Attempt<T> attempt) throws SignetException, InterruptedException {
        for (int tried = 1; ; tried++) {
            try {
                return attempt.run();
            } catch (SignetException e) {
                boolean connected = e.reason() != FailureReason.UNREACHABLE && e.reason() != FailureReason.TLS_FAILED;
                if (connected || tried >= channel.addressCount()) {
                    throw e;
                }
            }
        }
    }

    /** Asks for the request's state over the connection that is in use; throws what a lost connection gives. */
    private void isAlive(String requestId, Deadline deadline) throws SignetException, InterruptedException {
        var message = WatchRequestRequest.newBuilder().setRequestId(requestId).build();
        Deadline attempt = deadline.earlier(Deadline.after(shortCall));
        try (var stream = channel.open(
                SERVICE + "WatchRequest", message, WatchRequestResponse.parser(), options(attempt))) {
            stream.next();
        } catch (SignetException e) {
            throw e.reason() == FailureReason.DEADLINE_EXCEEDED && !deadline.expired() ? silent(e) : e;
        }
    }

    private CallOptions options(Deadline deadline) {
        return new CallOptions(credential.authorization(), deadline);
    }
}
