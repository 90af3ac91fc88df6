package io.jenkins.plugins.signet.pages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.jenkins.plugins.signet.client.ManifestEntry;
import io.jenkins.plugins.signet.proto.Approval;
import io.jenkins.plugins.signet.proto.RequestState;
import io.jenkins.plugins.signet.proto.SignedFile;
import io.jenkins.plugins.signet.proto.SigningRequest;
import io.jenkins.plugins.signet.signing.BuildIdentity;
import io.jenkins.plugins.signet.signing.BuildRecord;
import io.jenkins.plugins.signet.signing.IfSigned;
import io.jenkins.plugins.signet.signing.RecordJson;
import io.jenkins.plugins.signet.signing.RecordView;
import io.jenkins.plugins.signet.signing.SigningPlan;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The pages as people see them, in target/pages for a browser; see {@link JellyRenderer} for how far that goes. */
class PagesTest {
    private static final Path PLUGIN = Path.of(System.getProperty("signet.plugin"));
    private static final Path RESOURCES = PLUGIN.resolve("src/main/resources");
    private static final String ACTION = "io/jenkins/plugins/signet/SigningAction/";
    private static final String HOSTILE = "dist/<script>alert('x')</script> & \"co\".exe";

    @TempDir
    File buildDirectory;

    @Test
    void page_ofABuildThatIsDone_showsEveryFileWithAllThatIsKnown() throws Exception {
        BuildRecord record = record();
        record.changed(request(RequestState.REQUEST_STATE_COMPLETED, "alice", "bob"));
        sign(record, "dist/app.exe", 1);
        sign(record, HOSTILE, 2);
        record.skipped(new ManifestEntry("dist/lib.dll", 10, new byte[32]));
        record.ended(null);
        String page = page("done", record);
        for (String part : List.of(
                "Profile release: COMPLETED", "dist/app.exe", hash(11), hash(1), "CN=Example Ltd", hash(77), "2026-11-25T",
                "alice (", "bob (", "valid until", "receipt?sha256=" + hash(1), "Was signed before", hash(5),
                "https://git.example/app.git main 0123456789")) {
            assertTrue(page.contains(part), () -> part + " is not in\n" + page);
        }
        assertFalse(page.contains("are missing"));
        assertTrue(summary(record).contains("2 file(s) signed with profile release"));
    }

    @Test
    void page_ofACatalog_showsWhatItCoversAndEveryReceipt() throws Exception {
        BuildRecord record = catalog(true);
        record.ended(null);
        String page = page("catalog", record);
        for (String part : List.of(
                "a.exe", "b.dll", "Covered by the catalog dist/release.cat", "receipt?sha256=" + hash(44),
                "receipt?sha256=" + hash(3), "CN=Example Ltd")) {
            assertTrue(page.contains(part), () -> part + " is not in\n" + page);
        }
        assertTrue(summary(record).contains("3 file(s) signed with profile release"));
    }

    @Test
    void summary_ofACatalogThatIsNotSigned_countsNoFileOfIt() throws Exception {
        BuildRecord record = catalog(false);
        record.ended("TOKEN_FAILED: the token is gone");
        assertTrue(summary(record).contains("failed; 0 of 3 files are signed"));
    }

    @Test
    void json_ofACatalog_saysByWhichDigestItKnowsAFile() throws Exception {
        String json = RecordJson.write(List.of(catalog(true).snapshot()), where -> "{}");
        String member = json.substring(json.indexOf("a.exe"), json.indexOf("b.dll"));
        assertTrue(member.contains("\"catalog\":\"dist/release.cat\",\"catalogDigest\":\"" + hash(33) + "\""), json);
        assertFalse(member.contains("certificate"), json);
    }

    @Test
    void page_withAHostileFileName_escapesIt() throws Exception {
        BuildRecord record = record();
        sign(record, HOSTILE, 2);
        String page = page("hostile", record);
        assertFalse(page.contains("<script"));
        assertTrue(page.contains("&lt;script&gt;"));
    }

    @Test
    void page_ofABuildThatWaits_showsWhoHasApprovedAndTheOperatorsCommand() throws Exception {
        BuildRecord record = record();
        record.changed(request(RequestState.REQUEST_STATE_PENDING, "alice"));
        String page = page("waiting", record);
        for (String part : List.of(
                "1 of 2 approval(s) are missing", "alice (",
                "signet requests show 3f2c8a52-7c0f-4a0e-9a35-2f6b8f3a7a11",
                "signet requests approve 3f2c8a52-7c0f-4a0e-9a35-2f6b8f3a7a11 --manifest " + hash(9), "Not signed")) {
            assertTrue(page.contains(part), () -> part + " is not in\n" + page);
        }
        assertTrue(summary(record).contains("waits for 1 approval(s)"));
    }

    @Test
    void page_ofABuildThatFailed_saysWhy() throws Exception {
        BuildRecord record = record();
        record.changed(request(RequestState.REQUEST_STATE_DENIED));
        record.ended("DENIED: not this build");
        assertTrue(page("failed", record).contains("DENIED: not this build"));
        assertTrue(summary(record).contains("failed; 0 of 3 files are signed"));
    }

    @Test
    void json_ofABuild_isOneDocumentWithTheReceipts() throws Exception {
        BuildRecord record = record();
        record.changed(request(RequestState.REQUEST_STATE_COMPLETED, "alice", "bob"));
        sign(record, "dist/app.exe", 1);
        sign(record, HOSTILE, 2);
        record.ended(null);
        Path file = Files.writeString(
                buildDirectory.toPath().resolve("signet.json"),
                RecordJson.write(List.of(record.snapshot()), where -> "{\"kept\":\"" + where + "\"}\n"));
        // A parser that we did not write.
        Process python = new ProcessBuilder("python3", "-c", """
                import json, sys
                r = json.load(open(sys.argv[1]))["requests"][0]
                f = r["files"]
                print(r["state"], r["number"], [a["operator"] for a in r["approvals"]], r["scmBranch"], len(f),
                      f[1]["path"], f[0]["receipt"]["kept"], f[2].get("sha256After"))
                """, file.toString()).redirectErrorStream(true).start();
        String output = new String(python.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertEquals(0, python.waitFor(), output);
        assertEquals("COMPLETED 42 ['alice', 'bob'] main 3 " + HOSTILE + " signet/" + hash(1) + ".receipt.json None", output.strip());
    }

    @ParameterizedTest
    @ValueSource(strings = {"SignCodeStep", "SignCodeBuilder", "SigningAgent", "SignetGlobalConfiguration"})
    void form_rendersWithEveryText(String type) throws Exception {
        String page = JellyRenderer.render(
                RESOURCES, "io/jenkins/plugins/signet/" + type + "/config.jelly",
                Map.of("descriptor", new Titled("Signet code signing")));
        assertFalse(page.contains("${"), page);
        write(type, page);
    }

    /** What forms ask of a descriptor. */
    public static final class Titled {
        private final String title;

        Titled(String title) {
            this.title = title;
        }

        public String getDisplayName() {
            return title;
        }
    }

    /** What the pages ask of the action and its build. */
    public static final class Shown {
        private final List<RecordView> records;

        Shown(List<RecordView> records) {
            this.records = records;
        }

        public List<RecordView> getRecords() {
            return records;
        }

        public String getDisplayName() {
            return "Signed files";
        }

        public String getUrlName() {
            return "signet";
        }

        public Shown getRun() {
            return this;
        }

        public String getFullDisplayName() {
            return "products » app #42";
        }
    }

    private BuildRecord record() {
        BuildRecord record = BuildRecord.of(buildDirectory, "3f2c8a52-7c0f-4a0e-9a35-2f6b8f3a7a11", "main");
        var build = new BuildIdentity(
                "products/app/main", 42, "https://ci.example/job/products/job/app/42/", "alice", List.of("Started by alice"),
                "win-1", new BuildIdentity.SourceRevision("https://git.example/app.git", "main", "0123456789"),
                HexFormat.of().parseHex(hash(5)));
        record.planned(SigningPlan.create(
                "3f2c8a52-7c0f-4a0e-9a35-2f6b8f3a7a11", build,
                List.of(
                        new ManifestEntry("dist/app.exe", 10, HexFormat.of().parseHex(hash(11))),
                        new ManifestEntry(HOSTILE, 10, HexFormat.of().parseHex(hash(12))),
                        new ManifestEntry("dist/lib.dll", 10, new byte[32])),
                new SigningPlan.Choices("release", IfSigned.SKIP)));
        return record;
    }

    private static SigningRequest request(RequestState state, String... operators) {
        var request = SigningRequest.newBuilder()
                .setRequestId("3f2c8a52-7c0f-4a0e-9a35-2f6b8f3a7a11")
                .setState(state)
                .setApprovalsRequired(2)
                .setManifestSha256(ByteString.copyFrom(HexFormat.of().parseHex(hash(9))))
                .setExpiresAt(Timestamp.newBuilder().setSeconds(1_795_000_000L));
        for (String operator : operators) {
            request.addApprovals(Approval.newBuilder().setOperator(operator).setAt(Timestamp.newBuilder().setSeconds(1_790_000_000L)));
        }
        return request.build();
    }

    private static void sign(BuildRecord record, String name, int number) {
        record.signed(
                new ManifestEntry(name, 10, new byte[32]), name,
                SignedFile.newBuilder()
                        .setSignedSha256(ByteString.copyFrom(HexFormat.of().parseHex(hash(number))))
                        .setFormat("pe")
                        .setCertificateSubject("CN=Example Ltd, O=Example Ltd, C=DE")
                        .setCertificateSha256(ByteString.copyFrom(HexFormat.of().parseHex(hash(77))))
                        .setCertificateNotAfter(Timestamp.newBuilder().setSeconds(1_830_000_000L))
                        .setTimestamp(Timestamp.newBuilder().setSeconds(1_795_600_000L))
                        .build(),
                "signet/" + hash(number) + ".receipt.json");
    }

    /** A catalog over two programs; it is signed or not. */
    private BuildRecord catalog(boolean signed) {
        BuildRecord record = BuildRecord.of(buildDirectory, "3f2c8a52-7c0f-4a0e-9a35-2f6b8f3a7a11", "main");
        record.planned(SigningPlan.create(
                "3f2c8a52-7c0f-4a0e-9a35-2f6b8f3a7a11", BuildIdentity.of("products/app/main", 42, ""),
                List.of(new ManifestEntry("a.exe", 10, new byte[32]), new ManifestEntry("b.dll", 10, new byte[32])),
                new SigningPlan.Choices("release", IfSigned.FAIL, null, null, null, "dist/release.cat", false)));
        for (String name : List.of("a.exe", "b.dll")) {
            record.signed(
                    new ManifestEntry(name, 10, new byte[32]), name,
                    SignedFile.newBuilder()
                            .setCatalog("dist/release.cat")
                            .setCatalogDigest(ByteString.copyFrom(HexFormat.of().parseHex(hash(33))))
                            .build(),
                    "signet/" + hash(44) + ".receipt.json");
        }
        if (signed) {
            sign(record, "dist/release.cat", 3);
        }
        return record;
    }

    private static String hash(int number) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) number);
        return HexFormat.of().formatHex(bytes);
    }

    private static String page(String name, BuildRecord record) throws Exception {
        String page = JellyRenderer.render(RESOURCES, ACTION + "index.jelly", it(record));
        write(name, page);
        return page;
    }

    private static String summary(BuildRecord record) throws Exception {
        return JellyRenderer.render(RESOURCES, ACTION + "summary.jelly", it(record));
    }

    private static Map<String, Object> it(BuildRecord record) {
        var variables = new HashMap<String, Object>();
        variables.put("it", new Shown(List.of(new RecordView(record.snapshot()))));
        return variables;
    }

    /** For a browser, with a style near to that of Jenkins. */
    private static void write(String name, String body) throws Exception {
        Path directory = Files.createDirectories(PLUGIN.resolve("target/pages"));
        Files.writeString(directory.resolve(name + ".html"), "<!DOCTYPE html><meta charset='utf-8'><style>"
                + "body{font:14px system-ui,sans-serif;margin:2em}table{border-collapse:collapse;margin:1em 0}"
                + "th,td{border-bottom:1px solid #ddd;padding:.4em .8em;text-align:left;vertical-align:top}"
                + "code,pre{font:12px monospace}td code{word-break:break-all}.jenkins-alert{padding:1em;border-radius:8px;"
                + "background:#eef}.jenkins-alert-danger{background:#fee}.entry{margin:.8em 0}input,select,textarea{width:40em}"
                + "input[type=checkbox]{width:auto}.help{color:#05c}</style>" + body);
    }
}
