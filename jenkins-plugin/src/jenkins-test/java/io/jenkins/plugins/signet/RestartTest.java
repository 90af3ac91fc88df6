package io.jenkins.plugins.signet;

import hudson.model.Result;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.junit.jupiter.JenkinsSessionExtension;

/** A step that waits when Jenkins is restarted goes on waiting afterwards, and can be aborted. */
class RestartTest {
    @RegisterExtension
    private final JenkinsSessionExtension sessions = new JenkinsSessionExtension();

    @Test
    void step_outlivesARestart() throws Throwable {
        sessions.then(jenkins -> {
            UnreachableAgent.configure();
            WorkflowJob job = jenkins.createProject(WorkflowJob.class, "signing");
            job.setDefinition(new CpsFlowDefinition(PipelineTest.SCRIPT.formatted(60), true));
            WorkflowRun run = job.scheduleBuild2(0).waitForStart();
            jenkins.waitForMessage("Hashing 1 file(s)", run);
        });
        sessions.then(jenkins -> {
            WorkflowRun run = jenkins.jenkins.getItemByFullName("signing", WorkflowJob.class).getBuildByNumber(1);
            jenkins.waitForMessage("Ready to run", run);
            run.doStop();
            jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(run));
            jenkins.assertLogNotContains("cannot be resumed", run);
        });
    }
}
