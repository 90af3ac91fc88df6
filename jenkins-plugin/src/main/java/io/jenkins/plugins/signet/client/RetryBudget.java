package io.jenkins.plugins.signet.client;

import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Repeats calls that failed for a reason that may pass, with the pause that the agent asked for, until a repeat would
 * come later than the budget allows. The budget counts from the first failure of each call. Immutable.
 */
public final class RetryBudget {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final Duration budget;
    private final Pause pause;
    private final Consumer<String> log;

    /** Waits; replaced in tests. */
    interface Pause {
        void sleep(Duration duration) throws InterruptedException;
    }

    /** One attempt. */
    interface Attempt<T> {
        T run() throws SignetException, InterruptedException;
    }

    /**
     * @param budget how long failures may go on; zero for no repeat
     * @param log told of every repeat
     */
    public RetryBudget(Duration budget, Consumer<String> log) {
        this(budget, log, duration -> Thread.sleep(duration.toMillis()));
    }

    RetryBudget(Duration budget, Consumer<String> log, Pause pause) {
        this.budget = budget;
        this.log = log;
        this.pause = pause;
    }

    /** No repeats: the caller minds failures by itself. */
    public static RetryBudget none() {
        return new RetryBudget(Duration.ZERO, line -> {});
    }

    /** Runs the attempt until it succeeds, fails for good, or the budget or the deadline is used up. */
    <T> T run(String what, Deadline deadline, Attempt<T> attempt) throws SignetException, InterruptedException {
        Episode episode = newEpisode(deadline);
        while (true) {
            try {
                return attempt.run();
            } catch (SignetException e) {
                episode.afterFailure(what, e);
            }
        }
    }

    /** Failures in a row. */
    public Episode newEpisode(Deadline deadline) {
        return new Episode(deadline);
    }

    /** Counts failures that follow each other; a success starts a new one. For one thread. */
    public final class Episode {
        private final Deadline deadline;
        private long firstFailureNanos;
        private Duration paused = Duration.ZERO;
        private Duration next = FIRST_PAUSE;

        private Episode(Deadline deadline) {
            this.deadline = deadline;
        }

        /** Waits for the next attempt, or throws the failure if none is due. */
        void afterFailure(String what, SignetException failure) throws SignetException, InterruptedException {
            pause.sleep(pauseAfter(what, failure));
        }

        /** How long to wait for the next attempt; throws the failure if none is due. */
        public Duration pauseAfter(String what, SignetException failure) throws SignetException {
            Duration wait = failure.retryAfter() != null ? longer(failure.retryAfter(), SHORTEST_PAUSE) : next;
            Duration total = longer(paused, sinceFirstFailure()).plus(wait);
            if (!failure.retryable() || total.compareTo(budget) > 0 || wait.compareTo(deadline.remaining()) >= 0) {
                throw failure;
            }
            log.accept(what + " failed (" + failure.describe() + "); next attempt in " + seconds(wait) + " s");
            paused = paused.plus(wait);
            Duration doubled = next.multipliedBy(2);
            next = doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
            return wait;
        }

        /** Attempts take time too, a timeout for instance. */
        private Duration sinceFirstFailure() {
            if (firstFailureNanos == 0) {
                firstFailureNanos = System.nanoTime();
            }
            return Duration.ofNanos(System.nanoTime() - firstFailureNanos);
        }

        private static Duration longer(Duration one, Duration other) {
            return one.compareTo(other) >= 0 ? one : other;
        }

        private static String seconds(Duration wait) {
            return wait.toMillis() % 1000 == 0
                    ? Long.toString(wait.toSeconds())
                    : String.format(Locale.ROOT, "%.1f", wait.toMillis() / 1000.0);
        }
    }
}
