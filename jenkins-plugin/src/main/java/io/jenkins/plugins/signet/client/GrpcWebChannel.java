package io.jenkins.plugins.signet.client;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.jenkins.plugins.signet.proto.health.HealthCheckRequest;
import io.jenkins.plugins.signet.proto.health.HealthCheckResponse;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Calls of one agent: gRPC-Web in its binary form over HTTP/2 and mutual TLS. Safe for use by several threads; calls
 * share a connection. The connection is closed by the HTTP client when it is idle or no longer referenced.
 *
 * <p>An agent may have several addresses. The first one is used until it fails; then the next one is, until that one
 * fails.
 */
public final class GrpcWebChannel {
    private static final String CONTENT_TYPE = "application/grpc-web+proto";

    private final AgentAddresses addresses;
    private final HttpClient http;

    /**
     * @param address host and port of the agent, as {@code host:port} or {@code https://host:port}
     * @param identity the client certificate and the CAs that the agent's certificate is checked against
     * @param connectTimeout for the TCP connection
     * @throws SignetException INVALID_REQUEST for an address that is none
     */
    public GrpcWebChannel(String address, TlsIdentity identity, Duration connectTimeout) throws SignetException {
        this(List.of(address), identity, connectTimeout);
    }

    /**
     * @param addresses of one agent, or of agents that share their requests; the preferred one first
     * @param identity the client certificate and the CAs that the agent's certificate is checked against
     * @param connectTimeout for the TCP connection
     * @throws SignetException INVALID_REQUEST for an address that is none
     */
    public GrpcWebChannel(List<String> addresses, TlsIdentity identity, Duration connectTimeout) throws SignetException {
        this.addresses = new AgentAddresses(addresses);
        // No proxy: the agent is a host of one's own, and mutual TLS has to end at it.
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_2)
                .followRedirects(HttpClient.Redirect.NEVER)
                .proxy(HttpClient.Builder.NO_PROXY)
                .connectTimeout(connectTimeout)
                .sslContext(identity.sslContext())
                .sslParameters(TlsIdentity.sslParameters())
                .build();
    }

    /** The address as a URI without path. */
    public static URI parseAddress(String address) throws SignetException {
        Objects.requireNonNull(address);
        String text = address.contains("://") ? address : "https://" + address;
        try {
            URI uri = URI.create(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
            if ("https".equals(uri.getScheme()) && uri.getHost() != null && uri.getPort() > 0 && uri.getRawPath().isEmpty()
                    && uri.getRawQuery() == null && uri.getRawFragment() == null && uri.getRawUserInfo() == null) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            throw notAnAddress(address, e);
        }
        throw notAnAddress(address, null);
    }

    private static SignetException notAnAddress(String address, Throwable cause) {
        return new SignetException(
                FailureReason.INVALID_REQUEST,
                "'" + address + "' is not the address of an agent; write host:port, for instance signing.example.com:7443",
                false, null, cause);
    }

    /** One message there, one back. */
    <A extends MessageLite> A unary(String method, MessageLite message, Parser<A> parser, CallOptions options)
            throws SignetException, InterruptedException {
        try (GrpcWebCall<A> call = open(method, message, parser, options)) {
            A answer = call.next();
            if (answer == null || call.next() != null) {
                throw new SignetException(
                        FailureReason.PROTOCOL_ERROR, "the agent answered " + method + " not with one message");
            }
            return answer;
        }
    }

    /** One message there, any number back. */
    <A extends MessageLite> GrpcWebCall<A> open(
            String method, MessageLite message, Parser<A> parser, CallOptions options) {
        byte[] body = UploadBody.frame(message).array();
        return start(method, HttpRequest.BodyPublishers.ofByteArray(body), parser, options);
    }

    /** Any number of messages there, by the caller into {@code body}, and any number back. */
    <A extends MessageLite> GrpcWebCall<A> upload(String method, UploadBody body, Parser<A> parser, CallOptions options) {
        GrpcWebCall<A> call = start(method, HttpRequest.BodyPublishers.fromPublisher(body), parser, options);
        call.whenAnswered(body::close);
        return call;
    }

    /**
     * One message there, any number back, without a thread that waits for them.
     *
     * @return the call; it completes when the call ended with status OK, or with the {@link SignetException} that ended
     *     it otherwise; cancelling it ends the call
     */
    <A extends MessageLite> CompletableFuture<Void> listen(
            String method, MessageLite message, Parser<A> parser, CallOptions options, Consumer<A> listener) {
        URI address = addresses.current();
        HttpRequest request =
                request(address, method, HttpRequest.BodyPublishers.ofByteArray(UploadBody.frame(message).array()), options);
        var call = new ListeningCall<>(parser, listener, failure -> failed(address, failure));
        return call.start(http, request, options.deadline());
    }

    /** Whether the agent serves (grpc.health.v1), and its clock. Needs a pinned client certificate and no credential. */
    Health health(Deadline deadline) throws SignetException, InterruptedException {
        var options = new CallOptions(null, deadline);
        try (GrpcWebCall<HealthCheckResponse> call = open(
                "/grpc.health.v1.Health/Check", HealthCheckRequest.getDefaultInstance(), HealthCheckResponse.parser(),
                options)) {
            HealthCheckResponse answer = call.next();
            return new Health(
                    answer != null && answer.getStatus() == HealthCheckResponse.ServingStatus.SERVING, call.agentTime());
        }
    }

    /**
     * How an agent is.
     *
     * @param serving whether it serves calls
     * @param agentTime what its clock showed, to the second; null where it did not say
     */
    record Health(boolean serving, Instant agentTime) {}

    /** How many addresses the agent has. */
    int addressCount() {
        return addresses.count();
    }

    /** The address that is used now, as {@code host:port}. */
    public String currentAddress() {
        return addresses.current().getAuthority();
    }

    /** Turns away from an address whose connection failed; tells of it in the failure. */
    SignetException failed(URI address, SignetException failure) {
        switch (failure.reason()) {
            case UNREACHABLE, TLS_FAILED, CONNECTION_LOST, SHUTTING_DOWN -> addresses.leave(address);
            default -> {
                return failure;
            }
        }
        return failure.at(address.getAuthority());
    }

    /** Turns away from the address that is used now. */
    void leaveAddress() {
        addresses.leave(addresses.current());
    }

    private <A extends MessageLite> GrpcWebCall<A> start(
            String method, HttpRequest.BodyPublisher body, Parser<A> parser, CallOptions options) {
        URI address = addresses.current();
        var frames = new FrameSubscriber();
        CompletableFuture<HttpResponse<FrameSubscriber>> response =
                http.sendAsync(request(address, method, body, options), head -> frames);
        return new GrpcWebCall<>(response, frames, parser, options.deadline(), failure -> failed(address, failure));
    }

    private static HttpRequest request(
            URI address, String method, HttpRequest.BodyPublisher body, CallOptions options) {
        HttpRequest.Builder request = HttpRequest.newBuilder(address.resolve(method))
                .POST(body)
                .header("content-type", CONTENT_TYPE)
                .header("accept", CONTENT_TYPE)
                .header("x-grpc-web", "1")
                .header("user-agent", "signet-jenkins")
                .header("grpc-timeout", options.deadline().toGrpcTimeout());
        if (options.authorization() != null) {
            request.header("authorization", options.authorization());
        }
        return request.build();
    }

    /**
     * What belongs to each call.
     *
     * @param authorization value of the header {@code authorization}; null for a call of no job
     * @param deadline when the call has to be over, here and at the agent
     */
    record CallOptions(String authorization, Deadline deadline) {
        @Override
        public String toString() {
            return "CallOptions[" + deadline.remaining() + "]";
        }
    }
}
