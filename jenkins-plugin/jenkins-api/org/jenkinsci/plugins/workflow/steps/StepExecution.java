package org.jenkinsci.plugins.workflow.steps;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import java.io.Serializable;

/** Declared from workflow-step-api 686.v603d058a_e148. */
public abstract class StepExecution implements Serializable {
    private static final long serialVersionUID = 1L;

    private final StepContext context;

    protected StepExecution(StepContext context) {
        this.context = context;
    }

    public StepContext getContext() {
        return context;
    }

    public abstract boolean start() throws Exception;

    public void stop(Throwable cause) throws Exception {
        throw new AssertionError("declaration only");
    }

    public void onResume() {}

    public @CheckForNull String getStatus() {
        throw new AssertionError("declaration only");
    }
}
