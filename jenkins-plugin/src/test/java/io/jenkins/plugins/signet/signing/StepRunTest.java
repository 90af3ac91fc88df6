package io.jenkins.plugins.signet.signing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.signet.client.FailureReason;
import io.jenkins.plugins.signet.client.SignetException;
import io.jenkins.plugins.signet.proto.RequestState;
import io.jenkins.plugins.signet.proto.record.FileRecord;
import io.jenkins.plugins.signet.proto.record.SigningRecord;
import io.jenkins.plugins.signet.signing.TestBuild.Point;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whole steps against a real agent with its key in SoftHSM. */
@Timeout(180)
class StepRunTest extends StepTestBase {
    // ------------------------------------------------------------------------------------------------- good ways

    @Test
    void step_ofAnAutomaticProfile_signsEveryFileAndGivesItsReceipt() throws Exception {
        TestBuild build = build().add("dist/sub/hello.exe", node.value("peFile")).add("dist/hello.dll", node.value("dllFile"));
        build.start(task("release", "dist/**"), SECONDS);
        List<SigningResult> results = build.await();
        assertEquals(List.of("dist/hello.dll", "dist/sub/hello.exe"), results.stream().map(SigningResult::path).toList());
        assertSigned(build, results);
        for (SigningResult result : results) {
            assertJudged(build.workspace.resolve(result.path()));
            assertEquals(
                    Set.of("path", "sha256Before", "sha256After", "subject", "thumbprint", "timestamp", "receipt"),
                    result.toMap().keySet());
            Path receipt = build.buildDirectory.resolve(result.receipt());
            node.signet("audit", "check", receipt.toString(), "--key", node.value("verifierKey"), "--file",
                    build.workspace.resolve(result.path()).toString());
        }
        assertEquals("COMPLETED", build.requests());
    }

    @Test
    void step_withAnOutputDirectory_leavesTheOriginalsAsTheyAre() throws Exception {
        TestBuild build = build().withFiles(2);
        String before = sha256(build.workspace.resolve("dist/f0.dll"));
        build.start(new SigningTask("dist/*", null, "signed", false, 2, choices("release", IfSigned.FAIL)), SECONDS);
        assertSigned(build, build.await());
        assertEquals(before, sha256(build.workspace.resolve("dist/f0.dll")));
        assertTrue(Files.exists(build.workspace.resolve("signed/dist/f1.dll")));
    }

    @Test
    void step_whenFilesAreSignedAlready_doesWhatIfSignedSays() throws Exception {
        TestBuild build = build().withFiles(2);
        build.start(task("release", "dist/*"), SECONDS);
        List<SigningResult> first = build.await();

        build.start(new SigningTask("dist/*", null, null, false, 2, choices("release", IfSigned.SKIP)), SECONDS);
        List<SigningResult> skipped = build.await();
        assertEquals(first.get(0).sha256After(), skipped.get(0).sha256After());
        assertEquals(null, skipped.get(0).receipt());

        build.start(task("release", "dist/*"), SECONDS);
        assertReason(FailureReason.ALREADY_SIGNED, build.awaitFailure());

        build.start(new SigningTask("dist/*", null, null, false, 2, choices("release", IfSigned.REPLACE)), SECONDS);
        assertSigned(build, build.await());
    }

    @Test
    void step_withApprovals_waitsWithoutAThreadAndGoesOnWhenTheOperatorHasApproved() throws Exception {
        TestBuild build = build().withFiles(1);
        StepRun step = build.start(task("manual", "dist/*"), SECONDS);
        build.awaitStage(SigningStage.WAITING_FOR_APPROVAL);
        build.awaitTrue(() -> step.status().equals("waiting for approval (0 of 1)"), "status");
        // Nothing of the step is on a thread while it waits: all its workers are idle, and no timer is set.
        build.awaitTrue(build::isIdle, "rest");
        SigningRecord waiting = record(build);
        assertEquals(RequestState.REQUEST_STATE_PENDING, waiting.getRequest().getState());
        assertEquals(1, RequestText.missing(waiting.getRequest()));

        // The very command that log and page show.
        String[] command = RequestText.approveCommand(waiting.getRequest()).split(" ");
        assertTrue(build.text().contains(String.join(" ", command)));
        node.signet(java.util.Arrays.copyOfRange(command, 1, command.length));
        assertSigned(build, build.await());
        assertEquals("COMPLETED", build.requests());
        assertEquals(1, record(build).getRequest().getApprovalsCount());
    }

    @Test
    void record_ofAStepThatIsDone_holdsEveryFileAndNoReceipt() throws Exception {
        TestBuild build = build().withFiles(3);
        build.start(task("release", "dist/*"), SECONDS);
        List<SigningResult> results = build.await();
        SigningRecord record = record(build);
        assertTrue(record.hasEndedAt());
        assertEquals(RequestState.REQUEST_STATE_COMPLETED, record.getRequest().getState());
        assertEquals("release", record.getProfile());
        assertEquals(
                results.stream().map(SigningResult::sha256After).toList(),
                record.getFilesList().stream().map(FileRecord::getSigned)
                        .map(signed -> HexFormat.of().formatHex(signed.getSignedSha256().toByteArray())).toList());
        for (FileRecord file : record.getFilesList()) {
            assertFalse(file.getSigned().hasReceipt());
            assertTrue(Files.exists(build.buildDirectory.resolve(file.getReceipt())));
        }
    }

    @Test
    void step_of500Files_signsThemAll() throws Exception {
        TestBuild build = build().withFiles(500);
        build.start(new SigningTask("dist/*", null, null, false, 8, choices("release", IfSigned.FAIL)), SECONDS);
        List<SigningResult> results = build.await();
        assertEquals(500, results.size());
        assertSigned(build, results);
        assertEquals("COMPLETED", build.requests());
    }

    @Test
    void step_ofATwoGigabyteFile_signsIt() throws Exception {
        TestBuild build = build();
        Path large = build.add("large.exe", node.value("peFile")).workspace.resolve("large.exe");
        long size = (1L << 31) + 8;
        try (var file = new java.io.RandomAccessFile(large.toFile(), "rw")) {
            // A hole: nothing of it is written to the disk.
            file.setLength(size);
        }
        build.start(task("release", "large.exe"), SECONDS);
        SigningResult result = build.await().get(0);
        assertTrue(Files.size(large) > size);
        assertEquals(result.sha256After(), HexFormat.of().formatHex(record(build).getFiles(0).getSigned().getSignedSha256().toByteArray()));
    }

    // ------------------------------------------------------------------------------------------------- refusals

    @Test
    void step_ofAProfileThatIsNotGranted_failsWithTheReason() throws Exception {
        TestBuild build = build().withFiles(1);
        build.start(task("nonsense", "dist/*"), SECONDS);
        assertReason(FailureReason.NOT_GRANTED, build.awaitFailure());
        assertUntouched(build);
        assertTrue(record(build).getFailure().startsWith("NOT_GRANTED"), record(build)::getFailure);
    }

    @Test
    void step_thatAnOperatorDenies_failsWithTheOperatorsWords() throws Exception {
        TestBuild build = build().withFiles(1);
        build.start(task("manual", "dist/*"), SECONDS);
        build.awaitStage(SigningStage.WAITING_FOR_APPROVAL);
        node.signet("requests", "deny", build.state.requestId(), "--reason", "not this build");
        SignetException failure = assertReason(FailureReason.DENIED, build.awaitFailure());
        assertTrue(failure.getMessage().contains("not this build"), failure::getMessage);
        assertEquals("DENIED", build.requests());
        assertUntouched(build);
    }

    @Test
    void step_whoseFileIsNoProgram_failsAndCancelsItsRequest() throws Exception {
        TestBuild build = build().withFiles(1);
        Files.writeString(build.workspace.resolve("dist/readme.txt"), "not a program");
        build.start(task("release", "dist/*"), SECONDS);
        assertReason(FailureReason.UNSUPPORTED_FORMAT, build.awaitFailure());
        awaitRequests(build, "CANCELLED");
    }

    @Test
    void step_thatFindsNoFile_failsUnlessThatIsAllowed() throws Exception {
        TestBuild build = build();
        build.start(task("release", "dist/*"), SECONDS);
        assertReason(FailureReason.INVALID_REQUEST, build.awaitFailure());
        build.start(new SigningTask("dist/*", null, null, true, 4, choices("release", IfSigned.FAIL)), SECONDS);
        assertEquals(List.of(), build.await());
        assertEquals("", build.requests());
    }

    @Test
    void step_whoseFileChangesBeforeItsUpload_signsNothingOfIt() throws Exception {
        TestBuild build = build().withFiles(1);
        build.haltAt(Point.OPENED);
        StepRun step = build.start(task("release", "dist/*"), SECONDS);
        build.awaitHalt();
        Path file = build.workspace.resolve("dist/f0.dll");
        Files.write(file, new byte[] {1}, java.nio.file.StandardOpenOption.APPEND);
        String changed = sha256(file);
        build.crash();
        build.restart(task("release", "dist/*"));
        assertReason(FailureReason.FILE_CHANGED, build.awaitFailure());
        assertFalse(build.text().contains("next attempt"), build::text);
        assertEquals(changed, sha256(file));
        assertEquals(SigningStage.OPENING, step.stage());
    }

    @Test
    void step_thatIsNotApprovedInItsTime_failsAndCancelsItsRequest() throws Exception {
        TestBuild build = build().withFiles(1);
        build.start(task("manual", "dist/*"), 2);
        assertReason(FailureReason.DEADLINE_EXCEEDED, build.awaitFailure());
        awaitRequests(build, "CANCELLED");
        assertUntouched(build);
    }

    // ------------------------------------------------------------------------------------------------- restarts

    @ParameterizedTest
    @EnumSource(Point.class)
    void step_whoseControllerDies_isTakenUpWithTheSameRequest(Point point) throws Exception {
        TestBuild build = build().withFiles(3);
        // One file at a time, so that some are signed and some are not.
        SigningTask task = new SigningTask("dist/*", null, null, false, 1, choices("manual", IfSigned.FAIL));
        String id = interrupted(build, task, point);
        build.crash();
        if (point == Point.WAITING) {
            approve(id);
        }
        build.restart(task);
        assertEquals(id, build.state.requestId());
        if (point.compareTo(Point.WAITING) < 0) {
            build.awaitStage(SigningStage.WAITING_FOR_APPROVAL);
            approve(id);
        }
        assertSigned(build, build.await());
        assertEquals("COMPLETED", build.requests());
    }

    @Test
    void step_whoseControllerDiesWhileTheAgentIsAway_findsItsRequestLater() throws Exception {
        TestBuild build = build().withFiles(1);
        SigningTask task = task("manual", "dist/*");
        build.start(task, SECONDS);
        build.awaitStage(SigningStage.WAITING_FOR_APPROVAL);
        build.crash();
        node.run("kill-agent");
        build.restart(task);
        build.awaitLine("next attempt");
        node.run("start-agent");
        node.run("unlock");
        build.awaitStage(SigningStage.WAITING_FOR_APPROVAL);
        approve(build.state.requestId());
        assertSigned(build, build.await());
        assertEquals("COMPLETED", build.requests());
    }
}
