package io.jenkins.plugins.signet;

import hudson.FilePath;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.signet.signing.SigningResult;
import io.jenkins.plugins.signet.signing.SigningState;
import io.jenkins.plugins.signet.signing.StepRun;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** A build whose executor waits for the step, as builds of freestyle jobs do. */
final class FreestyleHost extends BuildHost {
    private final CompletableFuture<List<SigningResult>> outcome = new CompletableFuture<>();
    private final Run<?, ?> run;
    private final FilePath directory;
    private final TaskListener listener;

    FreestyleHost(SigningSettings settings, SigningState state, Run<?, ?> run, FilePath directory, TaskListener listener) {
        super(settings, state);
        this.run = run;
        this.directory = directory;
        this.listener = listener;
    }

    /** Signs; an interruption ends the request too. */
    void perform() throws IOException, InterruptedException {
        StepRun step = newRun();
        step.start();
        try {
            outcome.get();
        } catch (InterruptedException e) {
            step.stop(e);
            throw e;
        } catch (ExecutionException e) {
            Throwable failure = shown(e.getCause());
            if (failure instanceof IOException known) {
                throw known;
            }
            if (failure instanceof InterruptedException known) {
                throw known;
            }
            throw new IOException(failure.getMessage(), failure);
        }
    }

    @Override
    Run<?, ?> run() {
        return run;
    }

    @Override
    TaskListener listener() {
        return listener;
    }

    @Override
    FilePath directory() {
        return directory;
    }

    /** A freestyle build does not outlive a restart, so nothing is written on the way. */
    @Override
    public void save() {}

    @Override
    public void succeeded(List<SigningResult> results) {
        outcome.complete(results);
    }

    @Override
    public void failed(Throwable failure) {
        outcome.completeExceptionally(failure);
    }
}
