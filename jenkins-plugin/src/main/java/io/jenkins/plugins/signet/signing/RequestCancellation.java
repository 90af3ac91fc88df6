package io.jenkins.plugins.signet.signing;

import io.jenkins.plugins.signet.client.FailureReason;
import io.jenkins.plugins.signet.client.RetryBudget;
import io.jenkins.plugins.signet.client.SignetException;
import io.jenkins.plugins.signet.proto.SigningRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Ends the request of a step that is over, at the agent. Whether that works does not change how the step ends. */
final class RequestCancellation {
    private static final Logger LOGGER = Logger.getLogger(RequestCancellation.class.getName());
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final int ATTEMPTS = 5;

    private final SigningState state;
    private final StepHost host;
    private final ExecutorService workers;
    private final ScheduledExecutorService timer;
    private final Consumer<SigningRequest> onEnd;

    /** @param onEnd told how the request stands then */
    RequestCancellation(
            SigningState state, StepHost host, ExecutorService workers, ScheduledExecutorService timer,
            Consumer<SigningRequest> onEnd) {
        this.state = state;
        this.host = host;
        this.workers = workers;
        this.timer = timer;
        this.onEnd = onEnd;
    }

    /** Tells the agent. Returns at once; a second time does no harm. */
    void start(String comment) {
        if (state.mayBeOpen()) {
            workers.submit(() -> cancel(comment, ATTEMPTS));
        }
    }

    private void cancel(String comment, int attempts) {
        try {
            onEnd.accept(host.connect(new RetryBudget(PATIENCE, line -> {})).cancelRequest(state.requestId(), comment));
        } catch (SignetException e) {
            if (e.reason() != FailureReason.UNKNOWN_REQUEST) {
                tell(e.describe());
            } else if (!state.isOpened() && attempts > 1) {
                // The call that opens it may still be on its way.
                timer.schedule(
                        () -> workers.submit(() -> cancel(comment, attempts - 1)), PAUSE.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (IOException | RuntimeException e) {
            tell(e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tell(String problem) {
        try {
            host.log().line("Signet request " + state.requestId() + " could not be cancelled: " + problem);
        } catch (IOException | RuntimeException e) {
            LOGGER.log(Level.FINE, e, () -> "request " + state.requestId() + " was not cancelled: " + problem);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
