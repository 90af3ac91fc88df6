package io.jenkins.plugins.signet;

import io.jenkins.plugins.signet.client.Deadline;
import io.jenkins.plugins.signet.signing.IfSigned;
import io.jenkins.plugins.signet.signing.SigningPlan;
import java.io.Serializable;
import java.time.Duration;
import java.util.UUID;

/**
 * How far a step got, as it survives a restart of the controller: the id of its one request, chosen before anything is
 * sent, and the whole request once the files are hashed. Plain fields, for the reason that {@link SigningSettings} has.
 */
final class SigningState implements Serializable {
    private static final long serialVersionUID = 1L;

    private final String requestId = UUID.randomUUID().toString();
    private final long endsAtMillis;
    private volatile byte[] plan;

    /** @param endsAtMillis wall-clock time (UTC) at which the step has to be over, a restart in between or not */
    SigningState(long endsAtMillis) {
        this.endsAtMillis = endsAtMillis;
    }

    String requestId() {
        return requestId;
    }

    Deadline deadline() {
        return Deadline.after(Duration.ofMillis(Math.max(0, endsAtMillis - System.currentTimeMillis())));
    }

    /** The request as it was opened; null while the files are not hashed. */
    SigningPlan plan(IfSigned ifSigned) {
        byte[] kept = plan;
        return kept == null ? null : SigningPlan.fromBytes(kept, ifSigned);
    }

    void keep(SigningPlan known) {
        plan = known.toBytes();
    }

    /** Whether a request may be open at the agent. */
    boolean mayBeOpen() {
        return plan != null;
    }
}
