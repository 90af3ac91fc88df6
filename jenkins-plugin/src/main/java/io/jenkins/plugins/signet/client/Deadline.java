package io.jenkins.plugins.signet.client;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The moment at which a call has to be over, on the monotonic clock of this process. Immutable. */
public final class Deadline {
    /** Most digits of a timeout on the wire (gRPC over HTTP/2, "Timeout"). */
    private static final long MAX_WIRE_VALUE = 99_999_999L;

    private final long atNanos;

    private Deadline(long atNanos) {
        this.atNanos = atNanos;
    }

    /** The deadline that lies {@code duration} from now; a year at most. */
    public static Deadline after(Duration duration) {
        Duration most = Duration.ofDays(365);
        return new Deadline(System.nanoTime() + (duration.compareTo(most) > 0 ? most : duration).toNanos());
    }

    /** The time left; zero or negative when there is none. */
    public Duration remaining() {
        return Duration.ofNanos(atNanos - System.nanoTime());
    }

    /** Whether no time is left. */
    public boolean expired() {
        return atNanos - System.nanoTime() <= 0;
    }

    /** The earlier of the two. */
    public Deadline earlier(Deadline other) {
        return atNanos - other.atNanos <= 0 ? this : other;
    }

    /** The time left, at least zero, in nanoseconds. */
    long remainingNanos() {
        return Math.max(0, atNanos - System.nanoTime());
    }

    /** The time left as the header {@code grpc-timeout} carries it: at most eight digits and a unit. */
    String toGrpcTimeout() {
        long millis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(remainingNanos()));
        return millis <= MAX_WIRE_VALUE ? millis + "m" : Math.min(MAX_WIRE_VALUE, millis / 1000) + "S";
    }
}
