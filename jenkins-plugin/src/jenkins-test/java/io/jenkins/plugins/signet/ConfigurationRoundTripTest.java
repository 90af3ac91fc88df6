package io.jenkins.plugins.signet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.jenkinsci.plugins.workflow.cps.SnippetizerTester;
import org.jenkinsci.plugins.workflow.steps.StepConfigTester;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** What is configured comes back from the forms unchanged, though neither the agent nor the credential is there. */
@WithJenkins
class ConfigurationRoundTripTest {
    private static final String ALL =
            "files,profile,credentialsId,agent,excludes,outputDir,ifSigned,description,descriptionUrl,format,catalog,"
                    + "pageHashes,allowEmpty,parallelism,timeoutMinutes";

    @Test
    void freestyle_withDefaults(JenkinsRule jenkins) throws Exception {
        SignCodeBuilder before = new SignCodeBuilder("dist/**/*.exe", "release", "release-signer");
        jenkins.assertEqualBeans(before, jenkins.configRoundtrip(before), ALL);
    }

    @Test
    void freestyle_withEverything(JenkinsRule jenkins) throws Exception {
        SignCodeBuilder before = new SignCodeBuilder("dist/**/*.exe", "release", "release-signer");
        before.setAgent("main");
        before.setExcludes("dist/vendor/**");
        before.setOutputDir("signed");
        before.setIfSigned("append");
        before.setDescription("Example");
        before.setDescriptionUrl("https://www.example.com/");
        before.setFormat("pe");
        before.setPageHashes(true);
        before.setAllowEmpty(true);
        before.setParallelism(2);
        before.setTimeoutMinutes(5);
        jenkins.assertEqualBeans(before, jenkins.configRoundtrip(before), ALL);
    }

    @Test
    void step_withDefaults(JenkinsRule jenkins) throws Exception {
        SignCodeStep before = new SignCodeStep("dist/**/*.exe", "release", "release-signer");
        jenkins.assertEqualBeans(before, new StepConfigTester(jenkins).configRoundTrip(before), ALL);
    }

    @Test
    void step_withEverything(JenkinsRule jenkins) throws Exception {
        SignCodeStep before = new SignCodeStep("dist/**/*.exe", "release", "release-signer");
        before.setAgent("main");
        before.setExcludes("dist/vendor/**");
        before.setOutputDir("signed");
        before.setIfSigned("replace");
        before.setDescription("Example");
        before.setDescriptionUrl("https://www.example.com/");
        before.setFormat("pe");
        before.setPageHashes(true);
        before.setAllowEmpty(true);
        before.setParallelism(2);
        before.setTimeoutMinutes(5);
        jenkins.assertEqualBeans(before, new StepConfigTester(jenkins).configRoundTrip(before), ALL);
    }

    @Test
    void step_withACatalog(JenkinsRule jenkins) throws Exception {
        SignCodeStep before = new SignCodeStep("dist/**/*.exe", "release", "release-signer");
        before.setCatalog("dist/release.cat");
        jenkins.assertEqualBeans(before, new StepConfigTester(jenkins).configRoundTrip(before), ALL);
    }

    @Test
    void snippet_leavesDefaultsOut(JenkinsRule jenkins) throws Exception {
        new SnippetizerTester(jenkins).assertRoundTrip(
                new SignCodeStep("dist/*.exe", "release", "release-signer"),
                "signCode credentialsId: 'release-signer', files: 'dist/*.exe', profile: 'release'");
    }

    @Test
    void globalConfiguration(JenkinsRule jenkins) throws Exception {
        SigningAgent before = new SigningAgent("main", "signing.example.com:7443", "-----BEGIN CERTIFICATE-----", "signet-controller");
        SignetGlobalConfiguration.get().setAgents(List.of(before));
        jenkins.configRoundtrip();
        List<SigningAgent> after = SignetGlobalConfiguration.get().getAgents();
        assertEquals(1, after.size());
        jenkins.assertEqualDataBoundBeans(before, after.get(0));
    }
}
