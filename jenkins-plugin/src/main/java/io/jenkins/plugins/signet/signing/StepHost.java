package io.jenkins.plugins.signet.signing;

import io.jenkins.plugins.signet.client.RetryBudget;
import io.jenkins.plugins.signet.client.SignetClient;
import io.jenkins.plugins.signet.client.SignetException;
import java.io.IOException;
import java.util.List;

/** What a {@link StepRun} needs of the build that it belongs to. Safe for use by several threads. */
public interface StepHost {
    /** The files of the build; null while their node is not connected. */
    BuildWorkspace workspace() throws IOException, InterruptedException;

    /** Who asks. */
    BuildIdentity identity(BuildWorkspace workspace) throws IOException, InterruptedException;

    /**
     * A client of the agent.
     *
     * @param retries how long it meets failures with a repeat
     */
    SignetClient connect(RetryBudget retries) throws SignetException, IOException, InterruptedException;

    /** Returns once the state would outlive a crash of the controller. */
    void save() throws IOException, InterruptedException;

    /** Where receipts go. */
    ReceiptStore receipts() throws IOException, InterruptedException;

    /** What is shown of the request. */
    BuildRecord record() throws IOException, InterruptedException;

    /** The build's log. */
    SigningLog log() throws IOException, InterruptedException;

    /** Whether the controller is going down: then nothing is reported, and the step is taken up after its restart. */
    boolean isShuttingDown();

    /** The step is over. Called once, or {@link #failed} is. */
    void succeeded(List<SigningResult> results);

    /** The step is over, for that reason. */
    void failed(Throwable failure);
}
