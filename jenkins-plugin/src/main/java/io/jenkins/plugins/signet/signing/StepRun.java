package io.jenkins.plugins.signet.signing;

import io.jenkins.plugins.signet.client.Deadline;
import io.jenkins.plugins.signet.client.FailureReason;
import io.jenkins.plugins.signet.client.RequestStates;
import io.jenkins.plugins.signet.client.RetryBudget;
import io.jenkins.plugins.signet.client.SignetClient;
import io.jenkins.plugins.signet.client.SignetException;
import io.jenkins.plugins.signet.proto.SigningRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One signing step from its start to its end. It holds a thread while it hashes, opens the request and signs, and none
 * while it waits: for a node, for an agent that does not answer, for approvals. Everything that it needs to go on lies in
 * the {@link SigningState}, so another process can take it up in any stage; the request is opened once.
 */
public final class StepRun {
    private static final Duration NODE_POLL = Duration.ofSeconds(2);

    private final SigningTask task;
    private final SigningState state;
    private final StepHost host;
    private final Deadline deadline;
    private final StepThreads threads;
    private final RequestCancellation cancellation;
    private volatile SigningStage stage = SigningStage.HASHING;
    private volatile boolean fresh;
    private volatile SigningLog log;
    private volatile BuildRecord record;
    private volatile SigningRequest lastSeen;
    private volatile RetryBudget.Episode failures;
    private volatile CompletableFuture<Void> following;

    /**
     * @param state how far it got; new for a new step
     * @param host the build
     * @param workers run what may block
     * @param timer runs nothing that blocks
     */
    public StepRun(
            SigningTask task, SigningState state, StepHost host, ExecutorService workers, ScheduledExecutorService timer) {
        this.task = task;
        this.state = state;
        this.host = host;
        this.deadline = state.deadline();
        this.threads = new StepThreads(workers, timer, this::workFailed);
        this.cancellation = new RequestCancellation(state, host, workers, timer, this::see);
    }

    /** Begins, or goes on where the state says that it was. Returns at once. */
    public void start() {
        threads.next(() -> {
            log = host.log();
            record = host.record();
            if (plan() == null) {
                hash();
            } else {
                log.line("Signet request " + state.requestId() + ": taken up again");
                open();
            }
        });
    }

    /** Ends the step and its request at the agent, and reports the cause. Returns at once. */
    public void stop(Throwable cause) {
        if (threads.close()) {
            threads.interrupt();
            cancellation.start("the build was aborted");
            end(cause);
        }
    }

    /** What it is doing, in a few words. */
    public String status() {
        SigningRequest request = lastSeen;
        return stage == SigningStage.WAITING_FOR_APPROVAL && request != null
                ? stage.text() + " (" + request.getApprovalsCount() + " of " + request.getApprovalsRequired() + ")"
                : stage.text();
    }

    /** What it is doing. */
    public SigningStage stage() {
        return stage;
    }

    private SigningPlan plan() {
        return state.plan(task.choices().ifSigned());
    }

    private void hash() throws SignetException, IOException, InterruptedException {
        BuildWorkspace workspace = host.workspace();
        if (workspace == null) {
            awaitNode(this::hash);
            return;
        }
        stage = SigningStage.HASHING;
        SigningTargets targets = SigningTargets.below(task.outputDir());
        List<String> names = CatalogFile.members(workspace.find(task.files(), task.excludes()), task.choices(), targets);
        if (names.isEmpty()) {
            nothingFound();
            return;
        }
        CatalogFile.checkPlace(workspace, task.choices(), targets);
        log.line("Hashing " + names.size() + " file(s)");
        SigningPlan plan = SigningPlan.create(
                state.requestId(), host.identity(workspace), SigningRunner.manifest(workspace, names), task.choices());
        fresh = true;
        state.keep(plan);
        record.planned(plan);
        // On disk before it is sent: a request must not be open without being known after a crash.
        host.save();
        open();
    }

    private void nothingFound() throws SignetException {
        String text = "no file in the workspace matches '" + task.files() + "'";
        if (!task.allowEmpty()) {
            throw new SignetException(FailureReason.INVALID_REQUEST, text);
        }
        log.line(text);
        succeed(List.of());
    }

    private void open() throws SignetException, IOException, InterruptedException {
        stage = SigningStage.OPENING;
        if (failures == null) {
            failures = retries().newEpisode(deadline);
        }
        SigningRequest request;
        try {
            SignetClient client = host.connect(RetryBudget.none());
            request = state.isOpened()
                    ? client.lookUp(state.requestId(), deadline)
                    : client.createRequest(plan().toMessage(), deadline);
        } catch (SignetException e) {
            threads.later(failures.pauseAfter("opening the request", e), this::open);
            return;
        }
        failures = null;
        log.line("Signet request " + state.requestId() + ": " + plan().files().size() + " file(s), profile '"
                + plan().profile() + "', " + RequestText.describe(request));
        if (!state.isOpened()) {
            state.markOpened();
            host.save();
        }
        decide(request);
    }

    /** Goes on as the request's state asks for. */
    private void decide(SigningRequest request) throws SignetException, IOException, InterruptedException {
        see(request);
        CompletableFuture<Void> stream = following;
        if (stream != null) {
            stream.cancel(true);
        }
        if (RequestStates.isApproved(request)) {
            sign();
        } else if (RequestStates.hasEnded(request)) {
            throw RequestStates.failureOf(request);
        } else {
            log.line("An operator approves it on the signing node with: " + RequestText.approveCommand(request));
            follow();
        }
    }

    /** Waits for the next change that matters, without a thread. */
    private void follow() throws SignetException, IOException, InterruptedException {
        stage = SigningStage.WAITING_FOR_APPROVAL;
        var settled = new AtomicBoolean();
        CompletableFuture<Void> call = host.connect(RetryBudget.none()).followRequest(state.requestId(), deadline, request -> {
            failures = null;
            String before = lastSeen == null ? "" : RequestText.describe(lastSeen);
            if (!before.equals(RequestText.describe(request))) {
                log.line("Signet request " + state.requestId() + ": " + RequestText.describe(request));
            }
            see(request);
            if ((RequestStates.isApproved(request) || RequestStates.hasEnded(request)) && settled.compareAndSet(false, true)) {
                threads.next(() -> decide(request));
            }
        });
        following = call;
        threads.await(call);
        call.whenComplete((nothing, failure) -> {
            if (!(failure instanceof CancellationException) && settled.compareAndSet(false, true)) {
                threads.next(() -> followAgain(failure));
            }
        });
    }

    private void followAgain(Throwable failure) throws SignetException, IOException, InterruptedException {
        SignetException known = failure != null
                ? SignetClient.failureOf(failure)
                : new SignetException(
                        FailureReason.CONNECTION_LOST, "the agent ended the stream of the request", true, null, null);
        if (known.reason() == FailureReason.DEADLINE_EXCEEDED) {
            if (deadline.expired()) {
                throw new SignetException(
                        FailureReason.DEADLINE_EXCEEDED,
                        "the request was not approved within the step's time; raise timeoutMinutes or ask the operators");
            }
            // Connecting anew from time to time finds connections that died without a word.
            follow();
            return;
        }
        if (known.reason() == FailureReason.UNKNOWN_REQUEST) {
            // Perhaps at this address only.
            open();
            return;
        }
        if (failures == null) {
            failures = retries().newEpisode(deadline);
        }
        threads.later(failures.pauseAfter("watching the request", known), this::follow);
    }

    private void sign() throws SignetException, IOException, InterruptedException {
        BuildWorkspace workspace = host.workspace();
        if (workspace == null) {
            awaitNode(this::sign);
            return;
        }
        stage = SigningStage.SIGNING;
        var outputs = new FileSigner.Outputs(SigningTargets.below(task.outputDir()), host.receipts(), record, log);
        boolean untouched = fresh;
        // Whatever interrupts what follows, some files may be signed then.
        fresh = false;
        List<SigningResult> results = new SigningRunner(host.connect(retries()), workspace, log)
                .signAll(plan(), outputs, task.parallelism(), untouched, deadline);
        seeTheEnd();
        succeed(results);
    }

    private void awaitNode(StepThreads.Work then) throws SignetException {
        if (deadline.expired()) {
            throw new SignetException(
                    FailureReason.DEADLINE_EXCEEDED, "the build node did not connect within the step's time");
        }
        if (stage != SigningStage.WAITING_FOR_NODE) {
            log.line("Waiting for the build node");
            stage = SigningStage.WAITING_FOR_NODE;
        }
        threads.later(NODE_POLL, then);
    }

    private RetryBudget retries() {
        return new RetryBudget(deadline.remaining(), log::line);
    }

    private void see(SigningRequest request) {
        lastSeen = request;
        BuildRecord known = record;
        if (known != null) {
            known.changed(request);
        }
    }

    /** For the page alone: the files are signed whether or not this call succeeds. */
    private void seeTheEnd() throws IOException, InterruptedException {
        try {
            see(host.connect(RetryBudget.none()).lookUp(state.requestId(), deadline));
        } catch (SignetException e) {
            log.line("How the request ended is not known: " + e.describe());
        }
    }

    private void workFailed(Throwable failure) {
        if (threads.isClosed()) {
            // It was stopped; the agent may have got the request after it was told to cancel.
            cancellation.start("the build was aborted");
        } else if (host.isShuttingDown()) {
            threads.close();
        } else if (NodeLostException.in(failure)) {
            log.line("The connection to the build node was lost: " + failure.getMessage());
            threads.later(NODE_POLL, () -> {
                if (state.isOpened()) {
                    sign();
                } else {
                    hash();
                }
            });
        } else if (threads.close()) {
            cancellation.start("the step failed: " + (failure instanceof SignetException e ? e.reason() : failure));
            end(failure);
        }
    }

    private void succeed(List<SigningResult> results) {
        if (threads.close()) {
            stage = SigningStage.ENDED;
            record.ended(null);
            host.succeeded(results);
        }
    }

    private void end(Throwable failure) {
        stage = SigningStage.ENDED;
        BuildRecord known = record;
        if (known != null) {
            known.ended(failure instanceof SignetException e ? e.describe() : String.valueOf(failure.getMessage()));
        }
        host.failed(failure);
    }
}
