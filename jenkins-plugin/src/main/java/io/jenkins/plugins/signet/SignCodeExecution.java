package io.jenkins.plugins.signet;

import hudson.FilePath;
import hudson.model.Computer;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.signet.client.Deadline;
import io.jenkins.plugins.signet.signing.SigningResult;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepExecution;

/**
 * A running {@code signCode}. What is not transient outlives a restart of the controller: the settings, the id of the
 * request, and the request itself once it may be open. After a restart the same request is asked for again, which finds
 * the open one, and files that were signed before are recognised.
 */
final class SignCodeExecution extends StepExecution {
    private static final long serialVersionUID = 1L;
    private static final Logger LOGGER = Logger.getLogger(SignCodeExecution.class.getName());
    private static final long SAVE_SECONDS = 60;
    private static final Duration NODE_POLL = Duration.ofSeconds(5);

    private final SigningSettings settings;
    private SigningState state;
    private transient volatile Future<?> work;
    private transient volatile boolean stopped;
    private transient volatile String stage;

    SignCodeExecution(StepContext context, SigningSettings settings) {
        super(context);
        this.settings = settings;
    }

    @Override
    public boolean start() throws Exception {
        settings.check();
        state = new SigningState(System.currentTimeMillis() + Duration.ofMinutes(settings.timeoutMinutes).toMillis());
        work = Computer.threadPoolForRemoting.submit(() -> sign(false));
        return false;
    }

    @Override
    public void onResume() {
        work = Computer.threadPoolForRemoting.submit(() -> sign(true));
    }

    /** Ends the work and the request at the agent. */
    @Override
    public void stop(Throwable cause) {
        stopped = true;
        Future<?> running = work;
        if (running != null) {
            running.cancel(true);
        }
        // The thread that signs cancels too, but it may not have come as far as that; a second time does no harm.
        Computer.threadPoolForRemoting.submit(this::cancelRequest);
        getContext().onFailure(cause);
    }

    @Override
    public String getStatus() {
        String known = stage;
        return known == null ? "not started" : known;
    }

    private void sign(boolean resumed) {
        try {
            stage = resumed ? "waiting for the node" : "signing";
            FilePath workspace = workspace(resumed);
            stage = "signing";
            List<SigningResult> results = session().run(workspace, this::save);
            // Maps of strings: scripts in the sandbox can read them, and Pipeline can keep them.
            var maps = new ArrayList<Map<String, String>>();
            results.forEach(result -> maps.add(result.toMap()));
            finish(() -> getContext().onSuccess(maps));
        } catch (InterruptedException e) {
            LOGGER.log(Level.FINE, "signing was interrupted", e);
            finish(() -> getContext().onFailure(e));
        } catch (IOException | RuntimeException e) {
            finish(() -> getContext().onFailure(e));
        }
    }

    /** Reports how it ended, unless {@link #stop} did already. */
    private void finish(Runnable report) {
        if (!stopped) {
            report.run();
        }
    }

    private SigningSession session() throws IOException, InterruptedException {
        return new SigningSession(
                settings, state, getContext().get(Run.class), getContext().get(TaskListener.class));
    }

    /** The workspace; after a restart the node may take a while to connect again. */
    private FilePath workspace(boolean resumed) throws IOException, InterruptedException {
        Deadline deadline = state.deadline();
        while (true) {
            try {
                FilePath workspace = getContext().get(FilePath.class);
                if (workspace != null) {
                    return workspace;
                }
            } catch (IOException e) {
                if (!resumed || deadline.expired()) {
                    throw e;
                }
                LOGGER.log(Level.FINE, "the workspace is not there yet", e);
            }
            if (!resumed || deadline.expired()) {
                throw new IOException(Messages.SignCode_noWorkspace());
            }
            Thread.sleep(NODE_POLL.toMillis());
        }
    }

    /** Waits until Pipeline has written this object: the request must not be open without being known after a crash. */
    private void save() throws IOException, InterruptedException {
        try {
            getContext().saveState().get(SAVE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException(Messages.SignCode_notSaved(), e);
        }
    }

    private void cancelRequest() {
        try {
            session().cancelQuietly("the build was aborted");
        } catch (IOException e) {
            LOGGER.log(Level.FINE, "the build is gone, so the request was not cancelled", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
