package io.jenkins.plugins.signet.signing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.signet.client.FailureReason;
import io.jenkins.plugins.signet.client.SignetException;
import io.jenkins.plugins.signet.signing.TestBuild.Point;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whole steps with a chosen format, against a real agent: signatures that are files of their own. */
@Timeout(180)
class StepDetachedTest extends StepTestBase {
    @Test
    void step_withTheFormatCms_writesASignatureFileBesideEachFile() throws Exception {
        TestBuild build = texts("dist/a.txt", "dist/b.tar.gz", "dist/empty");
        Files.write(build.workspace.resolve("dist/empty"), new byte[0]);
        build.start(task("cms", "dist/*", IfSigned.FAIL, null), SECONDS);
        List<SigningResult> results = build.await();
        assertEquals(
                List.of("dist/a.txt.p7s", "dist/b.tar.gz.p7s", "dist/empty.p7s"),
                results.stream().map(SigningResult::path).toList());
        assertSigned(build, results);
        for (SigningResult result : results) {
            Path signature = build.workspace.resolve(result.path());
            Path content = build.workspace.resolve(result.path().replaceFirst("\\.p7s$", ""));
            assertEquals(result.sha256Before(), sha256(content), "the original stays as it is");
            assertCms(content, signature);
            node.signet("audit", "check", build.buildDirectory.resolve(result.receipt()).toString(), "--key",
                    node.value("verifierKey"), "--file", signature.toString());
        }
        assertEquals("text of dist/a.txt", Files.readString(build.workspace.resolve("dist/a.txt")));
        assertTrue(build.text().contains("Signed dist/a.txt.p7s: profile 'any'"), build::text);
        assertEquals("dist/a.txt.p7s", record(build).getFiles(0).getPath());
        assertEquals("COMPLETED", build.requests());
    }

    @Test
    void step_withTheFormatRawAndAnOutputDirectory_writesSignatureFilesThere() throws Exception {
        TestBuild build = texts("dist/a.txt");
        build.start(task("raw", "dist/*", IfSigned.FAIL, "signed"), SECONDS);
        SigningResult result = build.await().get(0);
        assertEquals("signed/dist/a.txt.sig", result.path());
        assertFalse(Files.exists(build.workspace.resolve("signed/dist/a.txt")));
        assertNull(result.timestamp(), "a raw signature has no place for one");
        assertEquals(result.sha256After(), sha256(build.workspace.resolve(result.path())));
    }

    @Test
    void step_whenSignatureFilesAreThere_doesWhatIfSignedSays() throws Exception {
        TestBuild build = texts("dist/a.txt", "dist/b.txt");
        build.start(task("cms", "dist/a.*", IfSigned.FAIL, null), SECONDS);
        SigningResult first = build.await().get(0);
        Path signature = build.workspace.resolve("dist/a.txt.p7s");
        String before = sha256(signature);

        // One of two has a signature: nothing is signed, and nothing is asked of the key.
        build.start(task("cms", "dist/?.txt", IfSigned.FAIL, null), SECONDS);
        SignetException failure = assertReason(FailureReason.ALREADY_SIGNED, build.awaitFailure());
        assertTrue(failure.getMessage().contains("'dist/a.txt.p7s' is there already"), failure::getMessage);
        assertFalse(Files.exists(build.workspace.resolve("dist/b.txt.p7s")));
        awaitRequests(build, "CANCELLED COMPLETED");
        assertEquals(0, records(build, "file-signed"));

        build.start(task("cms", "dist/?.txt", IfSigned.SKIP, null), SECONDS);
        List<SigningResult> skipped = build.await();
        assertEquals("dist/a.txt.p7s", skipped.get(0).path());
        assertEquals(first.sha256After(), skipped.get(0).sha256After());
        assertNull(skipped.get(0).receipt());
        assertEquals(before, sha256(signature));
        assertCms(build.workspace.resolve("dist/b.txt"), build.workspace.resolve("dist/b.txt.p7s"));

        build.start(task("cms", "dist/?.txt", IfSigned.REPLACE, null), SECONDS);
        assertSigned(build, build.await());
        assertNotEquals(before, sha256(signature));
        assertCms(build.workspace.resolve("dist/a.txt"), signature);

        build.start(task("cms", "dist/?.txt", IfSigned.APPEND, null), SECONDS);
        assertReason(FailureReason.INVALID_REQUEST, build.awaitFailure());
    }

    @ParameterizedTest
    @EnumSource(value = Point.class, names = {"OPENED", "BEFORE_UPLOAD", "BEFORE_APPLY", "AFTER_APPLY"})
    void step_whoseControllerDies_tellsItsOwnSignatureFilesFromOthers(Point point) throws Exception {
        TestBuild build = texts("dist/a.txt", "dist/b.txt");
        SigningTask task = new SigningTask(
                "dist/?.txt", null, null, false, 1, new SigningPlan.Choices("any", IfSigned.FAIL, null, null, "cms", null, false));
        build.haltAt(point);
        build.start(task, SECONDS);
        build.awaitHalt();
        build.crash();
        build.restart(task);
        List<SigningResult> results = build.await();
        assertSigned(build, results);
        assertCms(build.workspace.resolve("dist/a.txt"), build.workspace.resolve("dist/a.txt.p7s"));
        assertCms(build.workspace.resolve("dist/b.txt"), build.workspace.resolve("dist/b.txt.p7s"));
        assertEquals("COMPLETED", build.requests());
    }

    @Test
    void step_withAFormatThatTheProfileDoesNotSign_failsWithThoseThatItSigns() throws Exception {
        TestBuild build = texts("dist/a.txt");
        build.start(task("pgp", "dist/*", IfSigned.FAIL, null), SECONDS);
        SignetException failure = assertReason(FailureReason.UNSUPPORTED_FORMAT, build.awaitFailure());
        assertTrue(failure.getMessage().contains("It signs cat, cms, pe, raw"), failure::getMessage);
        assertFalse(Files.exists(build.workspace.resolve("dist/a.txt.p7s")));
    }

    @Test
    void step_withPageHashes_hasThemInTheSignature() throws Exception {
        TestBuild build = build().add("dist/hello.exe", node.value("peFile"));
        build.start(
                new SigningTask(
                        "dist/*", null, null, false, 4,
                        new SigningPlan.Choices("any", IfSigned.FAIL, null, null, "pe", null, true)),
                SECONDS);
        assertSigned(build, build.await());
        String judged = assertJudged(build.workspace.resolve("dist/hello.exe"));
        assertTrue(judged.contains("Page hash algorithm  : SHA256"), judged);
    }

    private TestBuild texts(String... names) throws Exception {
        TestBuild build = build();
        for (String name : names) {
            Path file = build.workspace.resolve(name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, "text of " + name);
        }
        return build;
    }

    private static SigningTask task(String format, String files, IfSigned ifSigned, String outputDir) {
        return new SigningTask(
                files, null, outputDir, false, 4, new SigningPlan.Choices("any", ifSigned, null, null, format, null, false));
    }

    /** A judge that Signet's makers did not write. */
    private static void assertCms(Path content, Path signature) throws Exception {
        assertSucceeds(
                "openssl", "cms", "-verify", "-binary", "-inform", "DER", "-content", content.toString(), "-in",
                signature.toString(), "-CAfile", node.value("signingRootPem"), "-purpose", "any", "-out", "/dev/null");
    }
}
