package io.jenkins.plugins.signet.signing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.signet.client.FailureReason;
import io.jenkins.plugins.signet.client.ManifestEntry;
import io.jenkins.plugins.signet.client.SignetException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ParallelFilesTest {
    @Test
    void run_withSeveralAtATime_givesResultsInTheOrderOfTheFiles() throws Exception {
        // Nobody gets on before all four are under way.
        var together = new CyclicBarrier(4);
        List<String> results = ParallelFiles.run(files(4), 4, file -> {
            await(together);
            return file.name().toUpperCase(java.util.Locale.ROOT);
        });
        assertEquals(List.of("F0", "F1", "F2", "F3"), results);
    }

    @Test
    void run_withManyFiles_neverHasMoreUnderWayThanAllowed() throws Exception {
        var underWay = new AtomicInteger();
        var most = new AtomicInteger();
        ParallelFiles.run(files(200), 3, file -> {
            most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
            Thread.yield();
            underWay.decrementAndGet();
            return null;
        });
        assertTrue(most.get() <= 3, () -> most + " at a time");
    }

    @Test
    void run_whenOneFails_interruptsThoseUnderWayAndDropsThoseThatWait() {
        var failure = new SignetException(FailureReason.MALFORMED_FILE, "f1 is damaged");
        var started = new CountDownLatch(1);
        var interrupted = new AtomicInteger();
        var begun = new AtomicInteger();
        assertSame(failure, assertThrows(SignetException.class, () -> ParallelFiles.run(files(10), 2, file -> {
            begun.incrementAndGet();
            if (file.name().equals("f1")) {
                started.await();
                throw failure;
            }
            started.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.incrementAndGet();
                throw e;
            }
            return null;
        })));
        // When run returns nothing runs any more; a third file may have begun before the failure was seen.
        assertTrue(interrupted.get() >= 1);
        assertEquals(begun.get() - 1, interrupted.get());
    }

    @Test
    void run_whenTheCallerIsInterrupted_endsEverything() throws Exception {
        var started = new CountDownLatch(2);
        var ended = new CountDownLatch(2);
        var outcome = new Throwable[1];
        Thread caller = new Thread(() -> {
            try {
                ParallelFiles.run(files(2), 2, file -> {
                    started.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } finally {
                        ended.countDown();
                    }
                    return null;
                });
            } catch (Throwable e) {
                outcome[0] = e;
            }
        });
        caller.start();
        assertTrue(started.await(30, TimeUnit.SECONDS));
        caller.interrupt();
        caller.join();
        assertEquals(0, ended.getCount());
        assertTrue(outcome[0] instanceof InterruptedException, () -> "ended with " + outcome[0]);
    }

    private static void await(CyclicBarrier barrier) throws InterruptedException {
        try {
            barrier.await(30, TimeUnit.SECONDS);
        } catch (java.util.concurrent.BrokenBarrierException | java.util.concurrent.TimeoutException e) {
            throw new IllegalStateException("the files were not signed at the same time", e);
        }
    }

    private static List<ManifestEntry> files(int count) {
        return IntStream.range(0, count).mapToObj(i -> new ManifestEntry("f" + i, 1, new byte[32])).toList();
    }
}
