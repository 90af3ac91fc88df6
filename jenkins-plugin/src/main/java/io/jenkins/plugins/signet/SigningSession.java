package io.jenkins.plugins.signet;

import hudson.AbortException;
import hudson.FilePath;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.signet.client.Deadline;
import io.jenkins.plugins.signet.client.FailureReason;
import io.jenkins.plugins.signet.client.RetryBudget;
import io.jenkins.plugins.signet.client.SignetClient;
import io.jenkins.plugins.signet.client.SignetException;
import io.jenkins.plugins.signet.signing.SigningLog;
import io.jenkins.plugins.signet.signing.SigningPlan;
import io.jenkins.plugins.signet.signing.SigningResult;
import io.jenkins.plugins.signet.signing.SigningRunner;
import io.jenkins.plugins.signet.signing.SigningTargets;
import io.jenkins.plugins.signet.workspace.NodeWorkspace;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Signs the files of a build: what step and builder share. For one thread. */
final class SigningSession {
    private static final Logger LOGGER = Logger.getLogger(SigningSession.class.getName());

    private final SigningSettings settings;
    private final SigningState state;
    private final Run<?, ?> run;
    private final SigningLog log;

    SigningSession(SigningSettings settings, SigningState state, Run<?, ?> run, TaskListener listener) {
        this.settings = settings;
        this.state = state;
        this.run = run;
        this.log = line -> listener.getLogger().println(line);
    }

    /** Told when the state has changed and has to outlive a restart before the session goes on. */
    interface Checkpoint {
        void reached() throws IOException, InterruptedException;
    }

    /**
     * Signs, from the stage that the state is in.
     *
     * @return the results, one per file
     * @throws AbortException with the reason, when it failed for good; the request is cancelled then
     */
    List<SigningResult> run(FilePath directory, Checkpoint checkpoint) throws IOException, InterruptedException {
        try {
            settings.check();
            return sign(directory, checkpoint);
        } catch (SignetException e) {
            LOGGER.log(Level.FINE, e, () -> "signing of " + run + " failed");
            cancelQuietly("the step failed: " + e.reason());
            throw abort(e);
        } catch (InterruptedException e) {
            // The flag is down again, so the agent can still be told.
            cancelQuietly("the build was aborted");
            throw e;
        }
    }

    private List<SigningResult> sign(FilePath directory, Checkpoint checkpoint)
            throws SignetException, IOException, InterruptedException {
        Deadline deadline = state.deadline();
        var workspace = new NodeWorkspace(directory);
        SigningPlan plan = state.plan(settings.ifSignedChoice());
        if (plan == null) {
            List<String> names = workspace.find(settings.files, settings.excludes);
            if (names.isEmpty()) {
                return nothingFound();
            }
            log.line(Messages.Session_hashing(names.size()));
            plan = SigningPlan.create(
                    state.requestId(), BuildIdentities.of(run, directory), SigningRunner.manifest(workspace, names),
                    new SigningPlan.Choices(
                            settings.profile, settings.ifSignedChoice(), settings.description, settings.descriptionUrl));
            state.keep(plan);
            checkpoint.reached();
        }
        var runner = new SigningRunner(client(retriesWithin(deadline)), workspace, log);
        runner.awaitApproval(runner.open(plan, deadline), deadline);
        return runner.signAll(
                plan, SigningTargets.below(settings.outputDir), new BuildReceipts(run.getRootDir()),
                settings.parallelism, deadline);
    }

    private List<SigningResult> nothingFound() throws AbortException {
        if (!settings.allowEmpty) {
            throw new AbortException(Messages.Session_nothingFound(settings.files));
        }
        log.line(Messages.Session_nothingFound(settings.files));
        return List.of();
    }

    private RetryBudget retriesWithin(Deadline deadline) {
        return new RetryBudget(deadline.remaining(), log::line);
    }

    private SignetClient client(RetryBudget retries) throws SignetException, IOException {
        return AgentConnection.open(run, settings.agent, settings.credentialsId, retries);
    }

    /** Cancels the request at the agent; whether that works does not change how the step ends. */
    void cancelQuietly(String comment) {
        if (!state.mayBeOpen()) {
            return;
        }
        try {
            client(new RetryBudget(Duration.ZERO, line -> {})).cancelRequest(state.requestId(), comment);
        } catch (SignetException e) {
            if (e.reason() != FailureReason.UNKNOWN_REQUEST) {
                log.line(Messages.Session_notCancelled(state.requestId(), e.describe()));
            }
        } catch (IOException e) {
            log.line(Messages.Session_notCancelled(state.requestId(), e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static AbortException abort(SignetException failure) {
        var abort = new AbortException(failure.describe());
        abort.initCause(failure);
        return abort;
    }
}
