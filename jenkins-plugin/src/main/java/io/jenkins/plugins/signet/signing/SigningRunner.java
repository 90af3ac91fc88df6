package io.jenkins.plugins.signet.signing;

import io.jenkins.plugins.signet.client.Deadline;
import io.jenkins.plugins.signet.client.FileHasher;
import io.jenkins.plugins.signet.client.ManifestBuilder;
import io.jenkins.plugins.signet.client.ManifestEntry;
import io.jenkins.plugins.signet.client.RequestStates;
import io.jenkins.plugins.signet.client.SignetClient;
import io.jenkins.plugins.signet.client.SignetException;
import io.jenkins.plugins.signet.proto.SigningRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The stages of a signing step in order, for a thread that waits: {@link #manifest}, {@link #open},
 * {@link #awaitApproval}, {@link #signAll}. Each can be repeated in another process with the same {@link SigningPlan}: a
 * request is opened once, and a file that is signed already is recognised. A build does the same by {@link StepRun},
 * which holds no thread while it waits.
 */
public final class SigningRunner {
    private final SignetClient client;
    private final Workspace workspace;
    private final SigningLog log;

    /**
     * @param client the agent
     * @param workspace the files
     * @param log told of every file and every change of the request
     */
    public SigningRunner(SignetClient client, Workspace workspace, SigningLog log) {
        this.client = client;
        this.workspace = workspace;
        this.log = log;
    }

    /** Hashes the files. */
    public static List<ManifestEntry> manifest(Workspace workspace, List<String> names)
            throws SignetException, IOException, InterruptedException {
        var manifest = new ManifestBuilder();
        List<FileHasher.FileHash> hashes = workspace.hash(names);
        for (int i = 0; i < names.size(); i++) {
            manifest.add(names.get(i), hashes.get(i));
        }
        return manifest.build();
    }

    /** Opens the request, or finds it where it is open already. */
    public SigningRequest open(SigningPlan plan, Deadline deadline) throws SignetException, InterruptedException {
        SigningRequest request = client.createRequest(plan.toMessage(), deadline);
        log.line("Signet request " + plan.requestId() + ": " + plan.files().size() + " file(s), profile '" + plan.profile()
                + "', " + RequestText.describe(request));
        if (RequestStates.hasEnded(request) && !RequestStates.isApproved(request)) {
            throw RequestStates.failureOf(request);
        }
        return request;
    }

    /**
     * Waits until the request is approved.
     *
     * @throws SignetException if it is denied, expires or is cancelled
     */
    public SigningRequest awaitApproval(SigningRequest request, Deadline deadline)
            throws SignetException, InterruptedException {
        if (RequestStates.isApproved(request)) {
            return request;
        }
        String[] shown = {RequestText.describe(request)};
        SigningRequest last = client.watchRequest(
                request.getRequestId(),
                state -> {
                    String text = RequestText.describe(state);
                    if (!text.equals(shown[0])) {
                        shown[0] = text;
                        log.line("Signet request " + state.getRequestId() + ": " + text);
                    }
                    return RequestStates.isApproved(state);
                },
                deadline);
        if (!RequestStates.isApproved(last)) {
            throw RequestStates.failureOf(last);
        }
        return last;
    }

    /**
     * Signs every file of the plan, several at a time, and then the catalog over them where there is one. The first failure
     * ends the others.
     *
     * @param parallelism how many files at a time, at least 1
     * @return the results in the order of the plan, that of a catalog last
     */
    public List<SigningResult> signAll(
            SigningPlan plan, SigningTargets targets, ReceiptStore receipts, int parallelism, Deadline deadline)
            throws SignetException, IOException, InterruptedException {
        return signAll(
                plan, new FileSigner.Outputs(targets, receipts, SigningObserver.NONE, log), parallelism, false, deadline);
    }

    List<SigningResult> signAll(
            SigningPlan plan, FileSigner.Outputs outputs, int parallelism, boolean fresh, Deadline deadline)
            throws SignetException, IOException, InterruptedException {
        SignatureFiles signatures = plan.format().isEmpty()
                ? SignatureFiles.inside(outputs.targets())
                : SignatureFiles.of(plan, client.lookUp(plan.requestId(), deadline), outputs.targets(), workspace);
        var signer = new FileSigner(client, workspace, plan, outputs, signatures, fresh, deadline);
        var results = new ArrayList<>(ParallelFiles.run(plan.files(), parallelism, signer::sign));
        if (plan.catalog() != null) {
            results.add(signer.signCatalog());
        }
        log.line("Signet request " + plan.requestId() + ": " + results.size() + " file(s) done");
        return results;
    }

    /** Ends the request at the agent. */
    public void cancel(String requestId, String comment) throws SignetException, InterruptedException {
        client.cancelRequest(requestId, comment);
    }
}
