package io.jenkins.plugins.signet.signing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.signet.client.Credential;
import io.jenkins.plugins.signet.client.RetryBudget;
import io.jenkins.plugins.signet.client.SignetClient;
import io.jenkins.plugins.signet.client.SignetException;
import io.jenkins.plugins.signet.node.SigningNode;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the button in a job's configuration says, with a real agent's answers. */
@Timeout(120)
class AccessReportTest {
    private static SigningNode node;

    @BeforeAll
    static void startNode() throws Exception {
        node = SigningNode.get();
    }

    @Test
    void report_ofAGrantedProfile_saysItsTerms() throws Exception {
        AccessReport report = ask("job", "manual");
        assertEquals(AccessReport.Level.OK, report.level(), report::text);
        assertTrue(report.text().contains("1 approval(s) needed"), report::text);
        assertTrue(report.text().contains("formats pe"), report::text);
    }

    @Test
    void report_withoutAProfile_namesThoseToChooseFrom() throws Exception {
        AccessReport report = ask("job", null);
        assertEquals(AccessReport.Level.OK, report.level());
        assertTrue(report.text().contains("any, manual, release"), report::text);
    }

    @Test
    void report_ofAProfileThatIsNotGranted_givesTheGrantThatIsMissing() throws Exception {
        AccessReport report = ask("job", "nightly");
        assertEquals(AccessReport.Level.ERROR, report.level());
        assertTrue(
                report.text().contains("jobs: [\"products/app/main\"], credential: release-signer, profiles: [nightly]"),
                report::text);
    }

    @Test
    void report_ofAJobWithoutAnyGrant_saysSo() throws Exception {
        AccessReport report = ask("deniedJob", "release");
        assertEquals(AccessReport.Level.ERROR, report.level());
        assertTrue(report.text().contains("grants nothing to the job 'sandbox/app/main'"), report::text);
    }

    @Test
    void report_ofAWrongSecret_saysWhatTheCredentialHasToBe() throws Exception {
        var client = new SignetClient(
                node.channel(), new Credential(node.value("credential"), "wrong".toCharArray()), RetryBudget.none());
        AccessReport report =
                AccessReport.of(assertThrows(SignetException.class, () -> client.checkAccess(node.value("job"))));
        assertEquals(AccessReport.Level.ERROR, report.level());
        assertTrue(report.text().contains("id in Jenkins has to be its name"), report::text);
    }

    @Test
    void report_ofALockedToken_isAWarningThatSaysWhatTheOperatorDoes() throws Exception {
        node.run("lock");
        try {
            AccessReport report = ask("job", "release");
            assertEquals(AccessReport.Level.WARNING, report.level(), report::text);
            assertTrue(report.text().contains("signet unlock"), report::text);
        } finally {
            node.run("unlock");
        }
    }

    @Test
    void profiles_areThoseThatAreGranted() throws Exception {
        assertEquals(
                List.of("any", "manual", "release"),
                AccessReport.profiles(node.client(node.channel(), RetryBudget.none()).checkAccess(node.value("job"))));
    }

    private static AccessReport ask(String job, String profile) throws Exception {
        return AccessReport.of(
                node.client(node.channel(), RetryBudget.none()).checkAccess(node.value(job)), node.value(job),
                node.value("credential"), profile);
    }
}
