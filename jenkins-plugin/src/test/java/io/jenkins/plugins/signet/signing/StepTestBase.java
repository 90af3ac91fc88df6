package io.jenkins.plugins.signet.signing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.signet.client.FailureReason;
import io.jenkins.plugins.signet.client.FileHasher;
import io.jenkins.plugins.signet.client.GrpcWebChannel;
import io.jenkins.plugins.signet.client.SignetException;
import io.jenkins.plugins.signet.node.SigningNode;
import io.jenkins.plugins.signet.proto.record.SigningRecord;
import io.jenkins.plugins.signet.signing.TestBuild.Point;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
/** What tests of whole steps share: the agent with its key in SoftHSM, builds, and what is asserted of them. */
abstract class StepTestBase {
    static final long SECONDS = 120;
    static SigningNode node;

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

    /** Runs a step up to a point and leaves it standing there. */
    static String interrupted(TestBuild build, SigningTask task, Point point) throws Exception {
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

    TestBuild build() throws Exception {
        return build(node.channel());
    }

    TestBuild build(GrpcWebChannel channel) throws Exception {
        var build = new TestBuild(node, directory, channel);
        builds.add(build);
        return build;
    }

    static SigningTask task(String profile, String files) {
        return new SigningTask(files, null, null, false, 4, choices(profile, IfSigned.FAIL));
    }

    static SigningPlan.Choices choices(String profile, IfSigned ifSigned) {
        return new SigningPlan.Choices(profile, ifSigned, "Signet test", null, null, null, false);
    }

    static void approve(String id) throws Exception {
        node.signet("requests", "approve", id, "--manifest", manifest(id));
    }

    static String manifest(String id) throws Exception {
        String json = node.signet("requests", "show", id, "--json");
        String base64 = json.replaceFirst("(?s).*\"manifestSha256\"\\s*:\\s*\"([^\"]+)\".*", "$1");
        return HexFormat.of().formatHex(java.util.Base64.getDecoder().decode(base64.replace("\\u002B", "+")));
    }

    static void awaitRequests(TestBuild build, String states) throws Exception {
        long end = System.nanoTime() + 30_000_000_000L;
        while (!build.requests().equals(states)) {
            assertTrue(System.nanoTime() < end, () -> "the requests are not " + states + ":\n" + build.text());
        }
    }

    static void assertSigned(TestBuild build, List<SigningResult> results) throws Exception {
        assertFalse(results.isEmpty());
        for (SigningResult result : results) {
            assertEquals(result.sha256After(), sha256(build.workspace.resolve(result.path())), result.path());
            assertFalse(result.sha256After().equals(result.sha256Before()));
            assertTrue(Files.exists(build.buildDirectory.resolve(result.receipt())));
        }
    }

    static void assertUntouched(TestBuild build) throws Exception {
        String original = sha256(Path.of(node.value("dllFile")));
        try (Stream<Path> files = Files.walk(build.workspace)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".dll")).collect(Collectors.toList())) {
                assertEquals(original, sha256(file));
            }
        }
    }

    /** A judge that Signet's makers did not write; gives what it said. */
    static String assertJudged(Path file, String... more) throws Exception {
        var line = new ArrayList<>(List.of(
                "osslsigncode", "verify", "-CAfile", node.value("signingRootPem"), "-TSA-CAfile",
                node.value("timestampRootPem"), "-in", file.toString()));
        line.addAll(List.of(more));
        String output = assertSucceeds(line.toArray(String[]::new));
        assertTrue(output.contains("Timestamp Server Signature verification: ok"), output);
        return output;
    }

    /** Runs a program that has to end well; gives what it said. */
    static String assertSucceeds(String... line) throws Exception {
        Process program = new ProcessBuilder(line).redirectErrorStream(true).start();
        String output = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, program.waitFor(), output);
        return output;
    }

    static SignetException assertReason(FailureReason reason, Throwable failure) {
        assertTrue(failure instanceof SignetException, () -> String.valueOf(failure));
        assertEquals(reason, ((SignetException) failure).reason(), failure::getMessage);
        return (SignetException) failure;
    }

    /** How many records of this kind the ledger has of the build's request. */
    static long records(TestBuild build, String kind) throws Exception {
        String found = node.signet(
                "audit", "search", "--kind", kind, "--limit", "10000", "--json", "--config", node.value("configuration"));
        return found.lines().filter(line -> line.contains(build.state.requestId())).count();
    }

    static SigningRecord record(TestBuild build) throws IOException {
        return SigningRecord.parseFrom(
                Files.readAllBytes(BuildRecord.fileOf(build.buildDirectory.toFile(), build.state.requestId())));
    }

    static String sha256(Path file) throws Exception {
        return HexFormat.of().formatHex(FileHasher.hash(file).sha256());
    }
}
