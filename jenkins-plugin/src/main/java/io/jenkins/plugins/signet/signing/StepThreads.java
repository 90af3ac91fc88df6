package io.jenkins.plugins.signet.signing;

import java.io.IOException;
import io.jenkins.plugins.signet.client.SignetException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * What a step has under way: one piece of work on a thread, or a timer, or a call that waits without a thread. Once it is
 * closed nothing new begins. Safe for use by several threads.
 */
final class StepThreads {
    private final ExecutorService workers;
    private final ScheduledExecutorService timer;
    private final Consumer<Throwable> onFailure;
    private Future<?> current;
    private boolean closed;

    /** A piece of work. */
    interface Work {
        void run() throws SignetException, IOException, InterruptedException;
    }

    /**
     * @param workers run work that may block
     * @param timer runs nothing that blocks
     * @param onFailure given what work threw
     */
    StepThreads(ExecutorService workers, ScheduledExecutorService timer, Consumer<Throwable> onFailure) {
        this.workers = workers;
        this.timer = timer;
        this.onFailure = onFailure;
    }

    /** Goes on with this, on a thread. */
    synchronized void next(Work work) {
        if (!closed) {
            current = workers.submit(() -> {
                try {
                    work.run();
                } catch (SignetException | IOException | InterruptedException | RuntimeException e) {
                    onFailure.accept(e);
                }
            });
        }
    }

    /** Goes on with this after a pause, in which it holds no thread. */
    synchronized void later(Duration pause, Work work) {
        if (!closed) {
            current = timer.schedule(() -> next(work), pause.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** This is under way by itself. */
    synchronized void await(Future<?> call) {
        if (closed) {
            call.cancel(true);
        } else {
            current = call;
        }
    }

    synchronized boolean isClosed() {
        return closed;
    }

    /** Whether this call was the one that closed it. What is under way stays so. */
    synchronized boolean close() {
        boolean first = !closed;
        closed = true;
        return first;
    }

    /** Interrupts what is under way. */
    synchronized void interrupt() {
        if (current != null) {
            current.cancel(true);
        }
    }
}
