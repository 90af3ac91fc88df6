package io.jenkins.plugins.signet;

import hudson.AbortException;
import hudson.FilePath;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.model.Computer;
import io.jenkins.plugins.signet.client.RetryBudget;
import io.jenkins.plugins.signet.client.SignetClient;
import io.jenkins.plugins.signet.client.SignetException;
import io.jenkins.plugins.signet.signing.BuildIdentity;
import io.jenkins.plugins.signet.signing.BuildReceipts;
import io.jenkins.plugins.signet.signing.BuildRecord;
import io.jenkins.plugins.signet.signing.BuildWorkspace;
import io.jenkins.plugins.signet.signing.ReceiptStore;
import io.jenkins.plugins.signet.signing.SigningLog;
import io.jenkins.plugins.signet.signing.SigningState;
import io.jenkins.plugins.signet.signing.StepHost;
import io.jenkins.plugins.signet.signing.StepRun;
import io.jenkins.plugins.signet.workspace.NodeWorkspace;
import java.io.IOException;
import java.util.HexFormat;
import jenkins.model.Jenkins;
import jenkins.util.Timer;

/** The build that a step belongs to: what step and builder share. */
abstract class BuildHost implements StepHost {
    private final SigningSettings settings;
    private final SigningState state;

    BuildHost(SigningSettings settings, SigningState state) {
        this.settings = settings;
        this.state = state;
    }

    abstract Run<?, ?> run() throws IOException, InterruptedException;

    abstract TaskListener listener() throws IOException, InterruptedException;

    /** The workspace's directory; null while its node is not connected. */
    abstract FilePath directory() throws IOException, InterruptedException;

    /** The step on the threads of the controller. */
    final StepRun newRun() throws AbortException {
        return new StepRun(settings.toTask(), state, this, Computer.threadPoolForRemoting, Timer.get());
    }

    @Override
    public BuildWorkspace workspace() throws IOException, InterruptedException {
        FilePath directory = directory();
        return directory == null ? null : new NodeWorkspace(directory);
    }

    @Override
    public BuildIdentity identity(BuildWorkspace workspace) throws IOException, InterruptedException {
        BuildIdentity identity = BuildIdentities.of(run(), directory());
        if (identity.definitionSha256() != null) {
            // What an administrator of the agent copies into a grant.
            log().line("Definition of this job: SHA-256 " + HexFormat.of().formatHex(identity.definitionSha256()));
        }
        return identity;
    }

    @Override
    public SignetClient connect(RetryBudget retries) throws SignetException, IOException, InterruptedException {
        return AgentConnection.open(run(), settings.agent, settings.credentialsId, retries);
    }

    @Override
    public ReceiptStore receipts() throws IOException, InterruptedException {
        return new BuildReceipts(run().getRootDir());
    }

    @Override
    public BuildRecord record() throws IOException, InterruptedException {
        SigningAction.attach(run(), state.requestId());
        String agent = SignetGlobalConfiguration.get().find(settings.agent).getName();
        return BuildRecord.of(run().getRootDir(), state.requestId(), agent);
    }

    @Override
    public SigningLog log() throws IOException, InterruptedException {
        TaskListener listener = listener();
        return line -> listener.getLogger().println(line);
    }

    @Override
    public boolean isShuttingDown() {
        Jenkins jenkins = Jenkins.getInstanceOrNull();
        return jenkins == null || jenkins.isTerminating();
    }

    /** A failure as builds show it: without a stack trace where the reason says it all. */
    static Throwable shown(Throwable failure) {
        if (failure instanceof SignetException known) {
            var abort = new AbortException(known.describe());
            abort.initCause(known);
            return abort;
        }
        return failure;
    }
}
