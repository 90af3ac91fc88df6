package io.jenkins.plugins.signet.signing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.signet.client.FailureReason;
import io.jenkins.plugins.signet.client.SignetException;
import io.jenkins.plugins.signet.node.TcpRelay;
import io.jenkins.plugins.signet.proto.record.SigningRecord;
import io.jenkins.plugins.signet.signing.TestBuild.Point;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole steps that make a catalog, against a real agent. */
@Timeout(180)
class StepCatalogTest extends StepTestBase {
    private static final String CATALOG = "dist/release.cat";

    @Test
    void step_withACatalog_signsOnceForAllFilesAndChangesNone() throws Exception {
        TestBuild build = files();
        String exe = sha256(build.workspace.resolve("dist/hello.exe"));
        build.start(task(IfSigned.FAIL, null, 4), SECONDS);
        List<SigningResult> results = build.await();
        assertEquals(
                List.of("dist/hello.dll", "dist/hello.exe", "dist/readme.txt", CATALOG),
                results.stream().map(SigningResult::path).toList());
        assertEquals(exe, sha256(build.workspace.resolve("dist/hello.exe")));
        for (SigningResult member : results.subList(0, 3)) {
            assertEquals(member.sha256Before(), member.sha256After());
            assertEquals(CATALOG, member.toMap().get("catalog"));
            assertNull(member.subject());
            assertReceipt(build, member);
        }
        SigningResult catalog = results.get(3);
        assertNull(catalog.sha256Before());
        assertNull(catalog.catalog());
        assertEquals(catalog.sha256After(), sha256(build.workspace.resolve(CATALOG)));
        assertFalse(catalog.timestamp().isEmpty());
        assertReceipt(build, catalog);
        assertCovers(build, CATALOG);
        assertEquals("COMPLETED", build.requests());

        SigningRecord record = record(build);
        assertEquals(4, record.getFilesCount());
        assertEquals(CATALOG, record.getFiles(3).getPath());
        assertEquals(4, new RecordView(record).getSignedCount());
    }

    @Test
    void step_withACatalogOverFilesThatWereSignedBefore_keepsBothReceipts() throws Exception {
        TestBuild build = files();
        build.start(new SigningTask("dist/*.dll", null, null, false, 4, new SigningPlan.Choices("any", IfSigned.FAIL)), SECONDS);
        SigningResult signed = build.await().get(0);
        String receipt = Files.readString(build.buildDirectory.resolve(signed.receipt()));
        build.start(task(IfSigned.FAIL, null, 4), SECONDS);
        SigningResult member = build.await().get(0);
        assertEquals(signed.sha256After(), member.sha256After());
        assertNotEquals(signed.receipt(), member.receipt());
        assertEquals(receipt, Files.readString(build.buildDirectory.resolve(signed.receipt())));
    }

    @Test
    void step_whenACatalogIsThere_doesWhatIfSignedSays() throws Exception {
        TestBuild build = files();
        build.start(task(IfSigned.FAIL, null, 4), SECONDS);
        String first = build.await().get(3).sha256After();

        build.start(task(IfSigned.FAIL, null, 4), SECONDS);
        SignetException failure = assertReason(FailureReason.ALREADY_SIGNED, build.awaitFailure());
        assertTrue(failure.getMessage().contains("'dist/release.cat' is there already"), failure::getMessage);
        assertEquals(first, sha256(build.workspace.resolve(CATALOG)));
        assertEquals("COMPLETED", build.requests(), "a request was opened for nothing");

        // The old one is no member of the new one.
        build.start(task(IfSigned.REPLACE, null, 4), SECONDS);
        List<SigningResult> results = build.await();
        assertEquals(4, results.size());
        assertNotEquals(first, sha256(build.workspace.resolve(CATALOG)));
        assertCovers(build, CATALOG);

        build.start(task(IfSigned.FAIL, "signed", 4), SECONDS);
        assertEquals("signed/dist/release.cat", build.await().get(3).path());
        assertCovers(build, "signed/dist/release.cat");
    }

    @ParameterizedTest
    @CsvSource({"OPENED,1", "BEFORE_UPLOAD,1", "BEFORE_UPLOAD,3", "BEFORE_APPLY,1", "AFTER_APPLY,1"})
    void step_whoseControllerDiesWhileFilesAreHandedIn_goesOnWithTheSameRequest(Point point, int times) throws Exception {
        TestBuild build = files();
        SigningTask task = task(IfSigned.FAIL, null, 1);
        build.haltAt(point, times);
        build.start(task, SECONDS);
        build.awaitHalt();
        String id = build.state.requestId();
        build.crash();
        build.restart(task);
        List<SigningResult> results = build.await();
        assertEquals(id, build.state.requestId());
        assertEquals(4, results.size());
        assertCovers(build, CATALOG);
        assertEquals("COMPLETED", build.requests());
    }

    @Test
    void step_whoseAgentAndControllerDieWhileFilesAreHandedIn_goesOn() throws Exception {
        TestBuild build = files();
        SigningTask task = task(IfSigned.FAIL, null, 1);
        build.haltAt(Point.BEFORE_UPLOAD, 3);
        build.start(task, SECONDS);
        build.awaitHalt();
        build.crash();
        node.run("kill-agent");
        build.restart(task);
        build.awaitLine("next attempt");
        node.run("start-agent");
        node.run("unlock");
        build.await();
        assertCovers(build, CATALOG);
        assertEquals("COMPLETED", build.requests());
        assertEquals(3, records(build, "file-cataloged"));
        assertEquals(1, records(build, "file-signed"));
    }

    @Test
    void step_whoseConnectionIsCutWhileFilesAreHandedIn_goesOn() throws Exception {
        try (var relay = new TcpRelay(node.port())) {
            TestBuild build = build(node.channel(relay.address()));
            fill(build);
            build.haltAt(Point.BEFORE_UPLOAD, 1);
            SigningTask task = task(IfSigned.FAIL, null, 1);
            build.start(task, SECONDS);
            build.awaitHalt();
            build.crash();
            relay.cutAfter(9000);
            build.restart(task);
            build.await();
            assertTrue(build.text().contains("next attempt"), build::text);
            assertCovers(build, CATALOG);
        }
    }

    @Test
    void step_whoseFileChangesBeforeItIsHandedIn_failsAndMakesNoCatalog() throws Exception {
        TestBuild build = files();
        SigningTask task = task(IfSigned.FAIL, null, 1);
        build.haltAt(Point.OPENED);
        build.start(task, SECONDS);
        build.awaitHalt();
        build.crash();
        Files.writeString(build.workspace.resolve("dist/readme.txt"), "changed");
        build.restart(task);
        assertReason(FailureReason.FILE_CHANGED, build.awaitFailure());
        assertFalse(Files.exists(build.workspace.resolve(CATALOG)));
        awaitRequests(build, "CANCELLED");
        assertEquals(0, new RecordView(record(build)).getSignedCount());
    }

    private TestBuild files() throws Exception {
        return fill(build());
    }

    private static TestBuild fill(TestBuild build) throws Exception {
        build.add("dist/hello.exe", node.value("peFile")).add("dist/hello.dll", node.value("dllFile"));
        Files.writeString(build.workspace.resolve("dist/readme.txt"), "read me");
        return build;
    }

    private static SigningTask task(IfSigned ifSigned, String outputDir, int parallelism) {
        return new SigningTask(
                "dist/*", null, outputDir, false, parallelism,
                new SigningPlan.Choices("any", ifSigned, null, null, null, CATALOG, false));
    }

    private static void assertReceipt(TestBuild build, SigningResult result) throws Exception {
        node.signet("audit", "check", build.buildDirectory.resolve(result.receipt()).toString(), "--key",
                node.value("verifierKey"), "--file", build.workspace.resolve(result.path()).toString());
    }

    /** osslsigncode takes no text file. */
    private static void assertCovers(TestBuild build, String catalog) throws Exception {
        Path list = build.workspace.resolve(catalog);
        assertJudged(build.workspace.resolve("dist/hello.exe"), "-catalog", list.toString());
        assertJudged(build.workspace.resolve("dist/hello.dll"), "-catalog", list.toString());
    }
}
