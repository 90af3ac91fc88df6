package io.jenkins.plugins.signet;

import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import hudson.model.Result;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.SingleFileSCM;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Builds that ask an agent which is not there; and those that do not get so far. */
@WithJenkins
class PipelineTest {
    static final String SCRIPT =
            """
            node {
                writeFile file: 'dist/app.exe', text: 'no program'
                signCode files: 'dist/*.exe', profile: 'release', credentialsId: 'release-signer', timeoutMinutes: %d
            }
            """;

    @Test
    void step_whenNothingListens_failsWithTheReason(JenkinsRule jenkins) throws Exception {
        UnreachableAgent.configure();
        WorkflowRun run = jenkins.buildAndAssertStatus(Result.FAILURE, pipeline(jenkins, SCRIPT.formatted(1)));
        jenkins.assertLogContains("UNREACHABLE", run);
        jenkins.assertLogNotContains("sgc_not-needed", run);
        jenkins.assertLogNotContains("\tat io.jenkins.plugins.signet", run);
    }

    @Test
    void step_whenAborted_endsAtOnce(JenkinsRule jenkins) throws Exception {
        UnreachableAgent.configure();
        WorkflowRun run = pipeline(jenkins, SCRIPT.formatted(60)).scheduleBuild2(0).waitForStart();
        jenkins.waitForMessage("Hashing 1 file(s)", run);
        run.doStop();
        jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(run));
    }

    @Test
    void step_whenNoAgentIsConfigured_saysSo(JenkinsRule jenkins) throws Exception {
        WorkflowRun run = jenkins.buildAndAssertStatus(Result.FAILURE, pipeline(jenkins, SCRIPT.formatted(1)));
        jenkins.assertLogContains("No Signet agent is configured", run);
    }

    @Test
    void step_whenNoFileMatches_saysSo(JenkinsRule jenkins) throws Exception {
        UnreachableAgent.configure();
        WorkflowRun run = jenkins.buildAndAssertStatus(
                Result.FAILURE, pipeline(jenkins, SCRIPT.formatted(1).replace("dist/*.exe", "dist/*.msi")));
        jenkins.assertLogContains("No file in the workspace matches", run);
    }

    @Test
    void builder_whenNothingListens_failsWithTheReason(JenkinsRule jenkins) throws Exception {
        UnreachableAgent.configure();
        FreeStyleProject project = jenkins.createFreeStyleProject();
        project.setScm(new SingleFileSCM("app.exe", "no program"));
        SignCodeBuilder builder = new SignCodeBuilder("*.exe", "release", "release-signer");
        builder.setTimeoutMinutes(1);
        project.getBuildersList().add(builder);
        FreeStyleBuild build = jenkins.buildAndAssertStatus(Result.FAILURE, project);
        jenkins.assertLogContains("UNREACHABLE", build);
    }

    private static WorkflowJob pipeline(JenkinsRule jenkins, String script) throws Exception {
        WorkflowJob job = jenkins.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition(script, true));
        return job;
    }
}
