package org.jenkinsci.plugins.workflow.job;

import hudson.model.ItemGroup;
import hudson.model.Job;
import org.jenkinsci.plugins.workflow.flow.FlowDefinition;

/** Declared from workflow-job 1436.vfa_244484591f. */
public final class WorkflowJob extends Job<WorkflowJob, WorkflowRun> {
    @SuppressWarnings("rawtypes")
    public WorkflowJob(ItemGroup parent, String name) {
        super(parent, name);
    }

    public FlowDefinition getDefinition() {
        throw new AssertionError("declaration only");
    }
}
