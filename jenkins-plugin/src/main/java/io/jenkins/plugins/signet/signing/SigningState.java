package io.jenkins.plugins.signet.signing;

import io.jenkins.plugins.signet.client.Deadline;
import java.io.Serializable;
import java.time.Duration;
import java.util.UUID;

/**
 * How far a step got, as it survives a restart of the controller: the id of its one request, chosen before anything is
 * sent, the whole request once the files are hashed, and whether the agent has it. A class with plain fields and not a
 * record, because Pipeline keeps it with JBoss Marshalling, which cannot read records back.
 */
public final class SigningState implements Serializable {
    private static final long serialVersionUID = 1L;

    private final String requestId = UUID.randomUUID().toString();
    private final long endsAtMillis;
    private volatile byte[] plan;
    private volatile boolean opened;

    /** @param endsAtMillis wall-clock time (UTC) at which the step has to be over, a restart in between or not */
    public SigningState(long endsAtMillis) {
        this.endsAtMillis = endsAtMillis;
    }

    /** A random UUID in lower-case form. */
    public String requestId() {
        return requestId;
    }

    /** When the step has to be over. */
    public Deadline deadline() {
        return Deadline.after(Duration.ofMillis(Math.max(0, endsAtMillis - System.currentTimeMillis())));
    }

    /** The request as it is, or will be, opened; null while the files are not hashed. */
    public SigningPlan plan(IfSigned ifSigned) {
        byte[] kept = plan;
        return kept == null ? null : SigningPlan.fromBytes(kept, ifSigned);
    }

    /** Keeps the request before it is sent. */
    public void keep(SigningPlan known) {
        plan = known.toBytes();
    }

    /** Whether a request may be open at the agent. */
    public boolean mayBeOpen() {
        return plan != null;
    }

    /** Whether the agent has answered that it has the request: from then on it is looked up and never opened. */
    public boolean isOpened() {
        return opened;
    }

    /** The agent has the request. */
    public void markOpened() {
        opened = true;
    }
}
