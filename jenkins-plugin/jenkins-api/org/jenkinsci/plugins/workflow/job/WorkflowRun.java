package org.jenkinsci.plugins.workflow.job;

import hudson.model.Run;
import org.jenkinsci.plugins.workflow.flow.FlowExecutionOwner;

/** Declared from workflow-job 1436.vfa_244484591f. */
public final class WorkflowRun extends Run<WorkflowJob, WorkflowRun> implements FlowExecutionOwner.Executable {
    private WorkflowRun() {}

    @Override
    public FlowExecutionOwner asFlowExecutionOwner() {
        throw new AssertionError("declaration only");
    }
}
