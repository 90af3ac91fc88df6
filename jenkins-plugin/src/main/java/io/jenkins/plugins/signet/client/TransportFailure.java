package io.jenkins.plugins.signet.client;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.SSLException;

/** Names what went wrong below the protocol. */
final class TransportFailure {
    private TransportFailure() {}

    /** The typed failure for what the HTTP client threw. */
    static SignetException of(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException) && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof SignetException known) {
            return known;
        }
        for (Throwable t = cause; t != null; t = t.getCause()) {
            if (t instanceof SSLException && !isBrokenConnection(t)) {
                return new SignetException(
                        FailureReason.TLS_FAILED,
                        "TLS with the agent failed: " + text(t) + ". Check the agent's CA and address, and that the agent"
                                + " knows this client certificate",
                        false, null, cause);
            }
            if (t instanceof UnresolvedAddressException || t instanceof UnknownHostException) {
                return unreachable("the agent's name cannot be resolved", cause);
            }
            if (t instanceof HttpConnectTimeoutException) {
                return unreachable("the agent's address does not answer: no connection within the time allowed", cause);
            }
        }
        if (cause instanceof ConnectException) {
            return unreachable("nothing listens at the agent's address, or the network does not let it through", cause);
        }
        if (cause instanceof IOException) {
            return new SignetException(
                    FailureReason.CONNECTION_LOST, "the connection to the agent ended: " + text(cause), true, null, cause);
        }
        return new SignetException(
                FailureReason.UNKNOWN, "the call to the agent failed: " + text(cause), false, null, cause);
    }

    /** A handshake that the network broke off tells nothing about certificates; a repeat may succeed. */
    private static boolean isBrokenConnection(Throwable tls) {
        Throwable cause = tls.getCause();
        // What the JDK says of a peer that closed the connection without a TLS alert.
        String message = String.valueOf(tls.getMessage());
        return message.startsWith("Remote host closed") || message.startsWith("Remote host terminated")
                || cause instanceof EOFException
                || cause instanceof SocketException
                || cause != null && !(cause instanceof SSLException) && cause.getClass() == IOException.class;
    }

    /** As {@link #of}, for a call that got no answer at all. */
    static SignetException beforeAnswer(Throwable failure) {
        SignetException known = of(failure);
        if (known.reason() != FailureReason.CONNECTION_LOST || known.getCause() == null) {
            return known;
        }
        // Under TLS 1.3 the client learns of a refused certificate only by the end of the connection (RFC 8446 4.4.2.4).
        return new SignetException(
                known.reason(),
                known.getMessage() + ". An agent that does not know the client certificate ends connections like this",
                true, null, known.getCause());
    }

    private static SignetException unreachable(String detail, Throwable cause) {
        return new SignetException(FailureReason.UNREACHABLE, detail, true, null, cause);
    }

    private static String text(Throwable t) {
        return t.getMessage() == null ? t.getClass().getSimpleName() : t.getMessage();
    }
}
