package org.jenkinsci.plugins.workflow.job;

import hudson.model.Run;
import java.io.IOException;
import org.jenkinsci.plugins.workflow.flow.FlowExecutionOwner;

/** Declared from workflow-job 1436.vfa_244484591f. */
public final class WorkflowRun extends Run<WorkflowJob, WorkflowRun> implements FlowExecutionOwner.Executable {
    public WorkflowRun(WorkflowJob job) throws IOException {
        super(job);
    }

    @Override
    public FlowExecutionOwner asFlowExecutionOwner() {
        throw new AssertionError("declaration only");
    }
}
