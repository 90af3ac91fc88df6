package io.jenkins.plugins.signet.client;

import java.time.Duration;
import java.util.Objects;

/**
 * The one failure of a call: a stable reason for programs and a detail for people, which says what was attempted, on
 * what, and what to do now. It holds no secret.
 */
public final class SignetException extends Exception {
    private static final long serialVersionUID = 1L;

    private final FailureReason reason;
    private final boolean retryable;
    private final Duration retryAfter;

    /**
     * @param reason why
     * @param detail for people
     * @param retryable whether a repeat of the same call can succeed
     * @param retryAfter how long to wait before a repeat; null where the other side did not say
     * @param cause the underlying failure; null for none
     */
    public SignetException(
            FailureReason reason, String detail, boolean retryable, Duration retryAfter, Throwable cause) {
        super(detail, cause);
        this.reason = Objects.requireNonNull(reason);
        this.retryable = retryable;
        this.retryAfter = retryAfter;
    }

    /** A failure that no repeat mends. */
    public SignetException(FailureReason reason, String detail) {
        this(reason, detail, false, null, null);
    }

    /** The same failure with the address that it was met at. */
    SignetException at(String address) {
        return getMessage().contains(address)
                ? this
                : new SignetException(reason, getMessage() + " [" + address + "]", retryable, retryAfter, getCause());
    }

    /** Why the call failed. */
    public FailureReason reason() {
        return reason;
    }

    /** Whether a repeat of the same call can succeed, by itself or once an operator has acted. */
    public boolean retryable() {
        return retryable;
    }

    /** How long to wait before a repeat; null where the other side did not say. */
    public Duration retryAfter() {
        return retryAfter;
    }

    /** What a log shows: the reason and the detail. */
    public String describe() {
        return reason + ": " + getMessage();
    }
}
