package io.jenkins.plugins.signet.signing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.signet.client.FailureReason;
import io.jenkins.plugins.signet.client.FileHasher;
import io.jenkins.plugins.signet.client.GrpcWebChannel;
import io.jenkins.plugins.signet.client.SignetException;
import io.jenkins.plugins.signet.node.SigningNode;
import io.jenkins.plugins.signet.node.TcpRelay;
import io.jenkins.plugins.signet.proto.RequestState;
import io.jenkins.plugins.signet.proto.record.FileRecord;
import io.jenkins.plugins.signet.proto.record.SigningRecord;
import io.jenkins.plugins.signet.signing.TestBuild.Point;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whole steps against a real agent with its key in SoftHSM. */
@Timeout(180)
class StepRunTest {
    private static final long SECONDS = 120;
    private static SigningNode node;

    @TempDir
    Path directory;

    private final List<TestBuild> builds = new ArrayList<>();

    @AfterEach
    void endBuilds() throws Exception {
        for (TestBuild build : builds) {
            build.end();
        }
    }

    @BeforeAll
    static void startNode() throws Exception {
        node = SigningNode.get();
    }

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

    // ------------------------------------------------------------------------------------------------- connections

    @Test
    void step_whoseConnectionIsCutInEveryStage_goesOn() throws Exception {
        try (var relay = new TcpRelay(node.port())) {
            TestBuild build = build(node.channel(relay.address())).withFiles(2);
            // While the request is being opened,
            relay.cutAfter(1200);
            build.start(task("manual", "dist/*"), SECONDS);
            build.awaitStage(SigningStage.WAITING_FOR_APPROVAL);
            // while it waits, twice,
            for (int i = 0; i < 2; i++) {
                int before = relay.accepted();
                relay.cut();
                build.awaitTrue(() -> relay.accepted() > before, "new connection");
            }
            // and while files go up.
            relay.cutAfter(3000);
            approve(build.state.requestId());
            assertSigned(build, build.await());
            assertTrue(relay.accepted() >= 4, () -> relay.accepted() + " connections");
            assertEquals("COMPLETED", build.requests());
        }
    }

    @Test
    void step_whileNothingGetsThrough_waitsAndGoesOn() throws Exception {
        try (var relay = new TcpRelay(node.port())) {
            relay.refuse(true);
            TestBuild build = build(node.channel(relay.address())).withFiles(1);
            build.start(task("manual", "dist/*"), SECONDS);
            build.awaitLine("opening the request failed");
            relay.refuse(false);
            build.awaitStage(SigningStage.WAITING_FOR_APPROVAL);
            relay.refuse(true);
            build.awaitLine("watching the request failed");
            approve(build.state.requestId());
            relay.refuse(false);
            assertSigned(build, build.await());
            assertEquals("COMPLETED", build.requests());
        }
    }

    @Test
    void step_ofAnAgentThatIsDownAtFirst_waitsForIt() throws Exception {
        node.run("kill-agent");
        TestBuild build = build().withFiles(1);
        build.start(task("release", "dist/*"), SECONDS);
        build.awaitLine("UNREACHABLE");
        node.run("start-agent");
        // The token is locked after a start: that passes too, once an operator has come.
        build.awaitLine("TOKEN_LOCKED");
        node.run("unlock");
        assertSigned(build, build.await());
    }

    @Test
    void step_whoseFirstAddressIsDead_usesTheSecondOneAtOnce() throws Exception {
        int nobody;
        try (var socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            nobody = socket.getLocalPort();
        }
        TestBuild build = build(node.channel("127.0.0.1:" + nobody, node.address())).withFiles(1);
        build.start(task("release", "dist/*"), SECONDS);
        assertSigned(build, build.await());
        assertFalse(build.text().contains("next attempt"), build::text);
        assertEquals(node.address(), build.channel.currentAddress());
    }

    @Test
    void step_whoseAddressDiesWhileItWaits_goesOnAtTheOther() throws Exception {
        try (var first = new TcpRelay(node.port()); var second = new TcpRelay(node.port())) {
            TestBuild build = build(node.channel(first.address(), second.address())).withFiles(1);
            build.start(task("manual", "dist/*"), SECONDS);
            build.awaitStage(SigningStage.WAITING_FOR_APPROVAL);
            assertEquals(0, second.accepted());
            first.refuse(true);
            build.awaitTrue(() -> second.accepted() > 0, "connection to the second address");
            approve(build.state.requestId());
            assertSigned(build, build.await());
            assertEquals("COMPLETED", build.requests());
        }
    }

    // ------------------------------------------------------------------------------------------------- build nodes

    @Test
    void step_whoseBuildNodeIsAwayAtFirst_waitsForIt() throws Exception {
        TestBuild build = build().withFiles(1);
        build.nodeConnected = false;
        build.start(task("release", "dist/*"), SECONDS);
        build.awaitStage(SigningStage.WAITING_FOR_NODE);
        build.nodeConnected = true;
        assertSigned(build, build.await());
    }

    @Test
    void step_thatLosesItsBuildNodeWhileItSigns_goesOnWhenItIsBack() throws Exception {
        TestBuild build = build().withFiles(2);
        build.loseNode();
        build.start(task("release", "dist/*"), SECONDS);
        build.awaitStage(SigningStage.WAITING_FOR_NODE);
        build.nodeConnected = true;
        assertSigned(build, build.await());
        assertEquals("COMPLETED", build.requests());
    }

    // ------------------------------------------------------------------------------------------------- aborts

    @ParameterizedTest
    @EnumSource(value = Point.class, names = "AFTER_APPLY", mode = EnumSource.Mode.EXCLUDE)
    void step_thatIsAborted_endsAtOnceAndCancelsItsRequest(Point point) throws Exception {
        TestBuild build = build().withFiles(2);
        SigningTask task = new SigningTask("dist/*", null, null, false, 1, choices("manual", IfSigned.FAIL));
        interrupted(build, task, point);
        var cause = new IOException("aborted by alice");
        build.stop(cause);
        assertEquals(cause, build.awaitFailure());
        // A request that was never sent does not come up later either.
        awaitRequests(build, point.compareTo(Point.OPENED_BUT_NOT_SAVED) < 0 ? "" : "CANCELLED");
        assertUntouched(build);
        build.awaitTrue(build::isIdle, "rest");
        if (point.compareTo(Point.OPENED) >= 0) {
            assertEquals(RequestState.REQUEST_STATE_CANCELLED, record(build).getRequest().getState());
        }
        try (Stream<Path> left = Files.walk(build.workspace)) {
            assertEquals(List.of(), left.filter(path -> path.toString().endsWith(".tmp")).toList());
        }
    }

    // ------------------------------------------------------------------------------------------------- helpers

    /** Runs a step up to a point and leaves it standing there. */
    private static String interrupted(TestBuild build, SigningTask task, Point point) throws Exception {
        if (point != Point.WAITING) {
            build.haltAt(point);
        }
        build.start(task, SECONDS);
        String id = build.state.requestId();
        if (point.compareTo(Point.OPENED) > 0) {
            build.awaitStage(SigningStage.WAITING_FOR_APPROVAL);
        }
        if (point.compareTo(Point.WAITING) > 0) {
            approve(id);
        }
        if (point != Point.WAITING) {
            build.awaitHalt();
        }
        return id;
    }

    private TestBuild build() throws Exception {
        return build(node.channel());
    }

    private TestBuild build(GrpcWebChannel channel) throws Exception {
        var build = new TestBuild(node, directory, channel);
        builds.add(build);
        return build;
    }

    private static SigningTask task(String profile, String files) {
        return new SigningTask(files, null, null, false, 4, choices(profile, IfSigned.FAIL));
    }

    private static SigningPlan.Choices choices(String profile, IfSigned ifSigned) {
        return new SigningPlan.Choices(profile, ifSigned, "Signet test", null);
    }

    private static void approve(String id) throws Exception {
        node.signet("requests", "approve", id, "--manifest", manifest(id));
    }

    private static String manifest(String id) throws Exception {
        String json = node.signet("requests", "show", id, "--json");
        String base64 = json.replaceFirst("(?s).*\"manifestSha256\"\\s*:\\s*\"([^\"]+)\".*", "$1");
        return HexFormat.of().formatHex(java.util.Base64.getDecoder().decode(base64.replace("\\u002B", "+")));
    }

    private static void awaitRequests(TestBuild build, String states) throws Exception {
        long end = System.nanoTime() + 30_000_000_000L;
        while (!build.requests().equals(states)) {
            assertTrue(System.nanoTime() < end, () -> "the requests are not " + states + ":\n" + build.text());
        }
    }

    private static void assertSigned(TestBuild build, List<SigningResult> results) throws Exception {
        assertFalse(results.isEmpty());
        for (SigningResult result : results) {
            assertEquals(result.sha256After(), sha256(build.workspace.resolve(result.path())), result.path());
            assertFalse(result.sha256After().equals(result.sha256Before()));
            assertTrue(Files.exists(build.buildDirectory.resolve(result.receipt())));
        }
    }

    private static void assertUntouched(TestBuild build) throws Exception {
        String original = sha256(Path.of(node.value("dllFile")));
        try (Stream<Path> files = Files.walk(build.workspace)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".dll")).collect(Collectors.toList())) {
                assertEquals(original, sha256(file));
            }
        }
    }

    /** A judge that Signet's makers did not write. */
    private static void assertJudged(Path file) throws Exception {
        Process judge = new ProcessBuilder(
                        "osslsigncode", "verify", "-CAfile", node.value("signingRootPem"), "-TSA-CAfile",
                        node.value("timestampRootPem"), "-in", file.toString())
                .redirectErrorStream(true).start();
        String output = new String(judge.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, judge.waitFor(), output);
    }

    private static SignetException assertReason(FailureReason reason, Throwable failure) {
        assertTrue(failure instanceof SignetException, () -> String.valueOf(failure));
        assertEquals(reason, ((SignetException) failure).reason(), failure::getMessage);
        return (SignetException) failure;
    }

    private static SigningRecord record(TestBuild build) throws IOException {
        return SigningRecord.parseFrom(
                Files.readAllBytes(BuildRecord.fileOf(build.buildDirectory.toFile(), build.state.requestId())));
    }

    private static String sha256(Path file) throws Exception {
        return HexFormat.of().formatHex(FileHasher.hash(file).sha256());
    }
}
