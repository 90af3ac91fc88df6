package io.jenkins.plugins.signet.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RetryBudgetTest {
    private final List<Duration> pauses = new ArrayList<>();
    private final List<String> log = new ArrayList<>();
    private int attempts;

    @Test
    void run_whenTheFailurePasses_repeatsWithThePauseThatWasAskedFor() throws Exception {
        String answer = budget(60).run("calling", hour(), () -> {
            if (++attempts < 3) {
                throw failure(true, Duration.ofSeconds(7));
            }
            return "done";
        });
        assertEquals("done", answer);
        assertEquals(List.of(Duration.ofSeconds(7), Duration.ofSeconds(7)), pauses);
        assertEquals("calling failed (TOKEN_LOCKED: unlock it); next attempt in 7 s", log.get(0));
    }

    @Test
    void run_whenNobodySaidHowLong_waitsLongerEachTime() {
        assertThrows(SignetException.class, () -> budget(10).run("calling", hour(), () -> {
            throw failure(true, null);
        }));
        assertEquals(
                List.of(Duration.ofMillis(500), Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(4)), pauses);
    }

    @Test
    void run_whenTheFailureIsFinal_doesNotRepeat() {
        var failure = failure(false, Duration.ofSeconds(1));
        assertSame(failure, assertThrows(SignetException.class, () -> budget(60).run("calling", hour(), () -> {
            attempts++;
            throw failure;
        })));
        assertEquals(1, attempts);
    }

    @Test
    void run_whenTheNextAttemptWouldComeTooLate_givesUpAtOnce() {
        assertThrows(SignetException.class, () -> budget(5).run("calling", hour(), () -> {
            throw failure(true, Duration.ofSeconds(6));
        }));
        assertTrue(pauses.isEmpty());
    }

    @Test
    void run_whenTheDeadlineIsNearer_doesNotWaitForIt() {
        Deadline near = Deadline.after(Duration.ofSeconds(3));
        assertThrows(SignetException.class, () -> budget(3600).run("calling", near, () -> {
            throw failure(true, Duration.ofSeconds(4));
        }));
        assertTrue(pauses.isEmpty());
    }

    @Test
    void run_whenAskedToRepeatAtOnceForEver_endsWithTheBudget() {
        assertThrows(SignetException.class, () -> budget(1).run("calling", hour(), () -> {
            attempts++;
            throw failure(true, Duration.ZERO);
        }));
        assertTrue(attempts > 1 && attempts <= 11, () -> attempts + " attempts");
    }

    private RetryBudget budget(int seconds) {
        return new RetryBudget(Duration.ofSeconds(seconds), log::add, pauses::add);
    }

    private static Deadline hour() {
        return Deadline.after(Duration.ofHours(1));
    }

    private static SignetException failure(boolean retryable, Duration after) {
        return new SignetException(FailureReason.TOKEN_LOCKED, "unlock it", retryable, after, null);
    }
}
