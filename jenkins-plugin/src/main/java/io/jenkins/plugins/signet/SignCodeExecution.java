package io.jenkins.plugins.signet;

import hudson.FilePath;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.signet.signing.SigningResult;
import io.jenkins.plugins.signet.signing.SigningState;
import io.jenkins.plugins.signet.signing.StepRun;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepExecution;

/**
 * A running {@code signCode}. What is not transient outlives a restart of the controller: the settings, the id of the
 * request, and the request itself once it may be open. {@link StepRun} does the rest.
 */
final class SignCodeExecution extends StepExecution {
    private static final long serialVersionUID = 1L;
    private static final Logger LOGGER = Logger.getLogger(SignCodeExecution.class.getName());
    private static final long SAVE_SECONDS = 60;

    private final SigningSettings settings;
    private SigningState state;
    private transient volatile StepRun step;

    SignCodeExecution(StepContext context, SigningSettings settings) {
        super(context);
        this.settings = settings;
    }

    @Override
    public boolean start() throws Exception {
        settings.check();
        state = new SigningState(System.currentTimeMillis() + Duration.ofMinutes(settings.timeoutMinutes).toMillis());
        begin();
        return false;
    }

    @Override
    public void onResume() {
        try {
            begin();
        } catch (IOException e) {
            getContext().onFailure(e);
        }
    }

    private void begin() throws IOException {
        StepRun begun = new PipelineHost().newRun();
        step = begun;
        begun.start();
    }

    /** Ends the work and the request at the agent. */
    @Override
    public void stop(Throwable cause) throws Exception {
        StepRun running = step;
        if (running == null) {
            // Not taken up again after a restart, but its request may be open.
            running = new PipelineHost().newRun();
        }
        running.stop(cause);
    }

    @Override
    public String getStatus() {
        StepRun running = step;
        return running == null ? "not started" : running.status();
    }

    private final class PipelineHost extends BuildHost {
        PipelineHost() {
            super(settings, state);
        }

        @Override
        Run<?, ?> run() throws IOException, InterruptedException {
            return getContext().get(Run.class);
        }

        @Override
        TaskListener listener() throws IOException, InterruptedException {
            return getContext().get(TaskListener.class);
        }

        @Override
        FilePath directory() throws InterruptedException {
            try {
                return getContext().get(FilePath.class);
            } catch (IOException e) {
                // Pipeline says so while the node is not connected, after a restart of the controller for instance.
                LOGGER.log(Level.FINE, "the workspace is not there", e);
                return null;
            }
        }

        /** Waits until Pipeline has written the execution. */
        @Override
        public void save() throws IOException, InterruptedException {
            try {
                getContext().saveState().get(SAVE_SECONDS, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException e) {
                throw new IOException(Messages.SignCode_notSaved(), e);
            }
        }

        /** Lists of maps of strings: scripts in the sandbox can read them, and Pipeline can keep them. */
        @Override
        public void succeeded(List<SigningResult> results) {
            var maps = new ArrayList<Map<String, String>>();
            results.forEach(result -> maps.add(result.toMap()));
            getContext().onSuccess(maps);
        }

        @Override
        public void failed(Throwable failure) {
            getContext().onFailure(shown(failure));
        }
    }
}
