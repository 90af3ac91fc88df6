package io.jenkins.plugins.signet.client;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;

/** Connects to one address of an agent, one layer after the other, and names the first problem that it meets. */
public final class ConnectionCheck {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(60);

    private final TlsIdentity identity;
    private final X509Certificate certificate;
    private final Clock clock;

    /** What is wrong. */
    public enum Problem {
        /** Nothing. */
        NONE,
        /** The address is none. */
        ADDRESS,
        /** The host name does not resolve. */
        DNS,
        /** Nothing listens. */
        REFUSED,
        /** Nothing answers. */
        NO_ANSWER,
        /** What listens there does not speak TLS. */
        NOT_TLS,
        /** The agent's certificate comes from another CA. */
        TLS_TRUST,
        /** The agent's certificate is for another host name. */
        TLS_NAME,
        /** The agent's certificate is expired or not valid yet, by the controller's clock. */
        TLS_VALIDITY,
        /** TLS failed in another way. */
        TLS,
        /** The controller's own certificate is expired or not valid yet. */
        CLIENT_CERTIFICATE_VALIDITY,
        /** The agent does not know the controller's certificate. */
        CLIENT_CERTIFICATE_NOT_PINNED,
        /** What answers is no agent. */
        NO_AGENT,
        /** The agent is there and serves nothing. */
        NOT_SERVING,
        /** The clocks of agent and controller differ. */
        CLOCK,
        /** Something else. */
        OTHER
    }

    /**
     * What came of it.
     *
     * @param problem the first one that was met
     * @param text for an administrator: what was tried, what was seen, what to do
     */
    public record Result(Problem problem, String text) {}

    /**
     * @param identity the controller's certificate and the trusted CAs
     * @param certificate the controller's certificate once more
     * @param clock the controller's
     */
    public ConnectionCheck(TlsIdentity identity, X509Certificate certificate, Clock clock) {
        this.identity = identity;
        this.certificate = certificate;
        this.clock = clock;
    }

    /** Checks an address; takes half a minute at most. */
    public Result check(String address) throws InterruptedException {
        URI uri;
        try {
            uri = GrpcWebChannel.parseAddress(address);
        } catch (SignetException e) {
            return new Result(Problem.ADDRESS, e.getMessage());
        }
        Result below = connect(uri);
        return below != null ? below : call(address, uri);
    }

    /** Name and TCP; null where both work. */
    private static Result connect(URI uri) {
        String place = uri.getAuthority();
        InetAddress[] found;
        try {
            found = InetAddress.getAllByName(uri.getHost());
        } catch (UnknownHostException e) {
            return new Result(
                    Problem.DNS, place + ": the name '" + uri.getHost() + "' cannot be resolved on this controller. Check its"
                            + " spelling and the controller's DNS");
        }
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(found[0], uri.getPort()), (int) PATIENCE.toMillis());
            return null;
        } catch (SocketTimeoutException e) {
            return new Result(
                    Problem.NO_ANSWER, place + ": " + found[0].getHostAddress() + " does not answer. A firewall may drop what is"
                            + " sent there, or the host is down");
        } catch (ConnectException e) {
            return new Result(
                    Problem.REFUSED, place + ": the connection was refused. Nothing listens at " + found[0].getHostAddress()
                            + " port " + uri.getPort() + ", or a firewall refuses it. Does the agent run, and on that port?");
        } catch (IOException e) {
            return new Result(Problem.OTHER, place + ": no connection: " + e.getMessage());
        }
    }

    private Result call(String address, URI uri) throws InterruptedException {
        String place = uri.getAuthority();
        try {
            certificate.checkValidity(java.util.Date.from(clock.instant()));
        } catch (CertificateExpiredException | CertificateNotYetValidException e) {
            return new Result(
                    Problem.CLIENT_CERTIFICATE_VALIDITY, "the controller's own certificate (" + subject() + ") is valid from "
                            + certificate.getNotBefore().toInstant() + " to " + certificate.getNotAfter().toInstant()
                            + ", and this controller's clock shows " + clock.instant());
        }
        try {
            var channel = new GrpcWebChannel(address, identity, PATIENCE);
            GrpcWebChannel.Health health = channel.health(Deadline.after(PATIENCE));
            Instant here = clock.instant();
            if (!health.serving()) {
                return new Result(
                        Problem.NOT_SERVING, place + ": the agent is there but serves nothing now: it is being stopped, or its"
                                + " disk is full. Its log says more");
            }
            if (health.agentTime() != null) {
                Duration ahead = Duration.between(health.agentTime(), here);
                if (ahead.abs().compareTo(CLOCK_TOLERANCE) > 0) {
                    return new Result(
                            Problem.CLOCK, place + ": the agent answers, but this controller's clock is " + ahead.abs().toSeconds()
                                    + " s " + (ahead.isNegative() ? "behind" : "ahead of") + " the agent's. Set both by NTP:"
                                    + " certificates and deadlines depend on it");
                }
            }
            return new Result(Problem.NONE, place + ": the agent answers and knows this controller");
        } catch (SignetException e) {
            return explain(place, e);
        }
    }

    private Result explain(String place, SignetException failure) {
        return switch (failure.reason()) {
            case TLS_FAILED -> explainTls(place, failure);
            case UNAUTHENTICATED -> new Result(
                    Problem.CLIENT_CERTIFICATE_NOT_PINNED, place + ": the agent does not know this controller's certificate ("
                            + subject() + "). Its pin for 'controllers' in signet.yaml is sha256:" + pin());
            case CONNECTION_LOST -> new Result(
                    Problem.CLIENT_CERTIFICATE_NOT_PINNED, place + ": the agent ended the connection, as it does where it does not"
                            + " know this controller's certificate (" + subject() + "). Its pin for 'controllers' in signet.yaml"
                            + " is sha256:" + pin());
            case DEADLINE_EXCEEDED -> new Result(
                    Problem.NO_ANSWER, place + ": the connection is accepted, but nothing answers on it");
            case PROTOCOL_ERROR -> new Result(Problem.NO_AGENT, place + ": " + failure.getMessage());
            default -> new Result(Problem.OTHER, place + ": " + failure.describe());
        };
    }

    private Result explainTls(String place, SignetException failure) {
        String why = null;
        for (Throwable t = failure.getCause(); t != null; t = t.getCause()) {
            if (t instanceof CertificateExpiredException || t instanceof CertificateNotYetValidException) {
                return new Result(
                        Problem.TLS_VALIDITY, place + ": the agent's certificate is not valid at the time that this controller's"
                                + " clock shows, " + clock.instant() + " (" + t.getMessage() + "). Renew it, or set the clock");
            }
            String message = String.valueOf(t.getMessage());
            if (t instanceof CertPathBuilderException) {
                return new Result(
                        Problem.TLS_TRUST, place + ": the agent's certificate is not issued by one of the CA certificates given"
                                + " here. Put the certificate of the CA that issued it there");
            }
            if (message.startsWith("No subject alternative") || message.startsWith("No name matching")) {
                return new Result(
                        Problem.TLS_NAME, place + ": the agent's certificate is not for this host name (" + message
                                + "). Use a name that is in it, or issue one with this name");
            }
            if (message.startsWith("Unsupported or unrecognized SSL message") || message.contains("plaintext connection")) {
                return new Result(Problem.NOT_TLS, place + ": what listens there does not speak TLS. Is the port the agent's?");
            }
            why = message;
        }
        return new Result(Problem.TLS, place + ": TLS failed: " + why);
    }

    private String subject() {
        return certificate.getSubjectX500Principal().getName();
    }

    private String pin() {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a certificate that was read cannot be written", e);
        }
    }
}
