package io.jenkins.plugins.signet;

import hudson.Extension;
import hudson.model.Run;
import org.jenkinsci.plugins.workflow.cps.CpsFlowExecution;
import org.jenkinsci.plugins.workflow.cps.CpsScmFlowDefinition;
import org.jenkinsci.plugins.workflow.cps.replay.ReplayCause;
import org.jenkinsci.plugins.workflow.flow.FlowDefinition;
import org.jenkinsci.plugins.workflow.flow.FlowExecutionOwner;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;

/** The script of a Pipeline as it runs: what a replay changed in it shows. Ahead of those that read repositories. */
@Extension(optional = true, ordinal = 100)
public final class PipelineFacts extends BuildFacts {
    @Override
    protected void collect(Run<?, ?> run, Facts facts) {
        if (run instanceof FlowExecutionOwner.Executable pipeline) {
            FlowExecutionOwner owner = pipeline.asFlowExecutionOwner();
            if (owner != null && owner.getOrNull() instanceof CpsFlowExecution execution) {
                facts.setScript(execution.getScript());
            }
        }
        facts.setReplayed(run.getCauses().stream().anyMatch(ReplayCause.class::isInstance));
        if (run.getParent() instanceof WorkflowJob job) {
            FlowDefinition definition = job.getDefinition();
            if (definition instanceof CpsScmFlowDefinition fromScm) {
                facts.setScm(fromScm.getScm());
                facts.setScriptPath(fromScm.getScriptPath());
            }
        }
    }
}
