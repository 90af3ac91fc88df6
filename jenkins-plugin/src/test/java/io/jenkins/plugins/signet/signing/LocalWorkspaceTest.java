package io.jenkins.plugins.signet.signing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.signet.client.FailureReason;
import io.jenkins.plugins.signet.client.FileEdit;
import io.jenkins.plugins.signet.client.FileHasher;
import io.jenkins.plugins.signet.client.SignetException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalWorkspaceTest {
    @TempDir
    Path directory;

    private Path root;
    private LocalWorkspace workspace;

    @BeforeEach
    void writeFiles() throws Exception {
        root = Files.createDirectories(directory.resolve("ws"));
        Files.createDirectories(root.resolve("dist"));
        Files.writeString(root.resolve("dist/a.exe"), "inside");
        Files.writeString(directory.resolve("secret"), "outside");
        workspace = new LocalWorkspace(root);
    }

    @Test
    void hash_ofFiles_comesInTheirOrder() throws Exception {
        Files.writeString(root.resolve("b.dll"), "longer than a");
        List<FileHasher.FileHash> hashes = workspace.hash(List.of("dist/a.exe", "b.dll"));
        assertEquals(6, hashes.get(0).sizeBytes());
        assertEquals(13, hashes.get(1).sizeBytes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"../secret", "/etc/passwd", "dist/../../secret", ""})
    void hash_ofAPathOutside_isRefused(String name) {
        assertEquals(
                FailureReason.INVALID_REQUEST,
                assertThrows(SignetException.class, () -> workspace.hash(List.of(name))).reason());
    }

    @Test
    void everyUse_ofALinkThatLeadsOutside_isRefused() throws Exception {
        Files.createSymbolicLink(root.resolve("link"), directory.resolve("secret"));
        Files.createSymbolicLink(root.resolve("out"), directory);
        for (String name : List.of("link", "out/secret")) {
            assertThrows(SignetException.class, () -> workspace.hash(List.of(name)));
            assertThrows(IOException.class, () -> workspace.open(name));
            assertThrows(SignetException.class, () -> workspace.apply(name, name, List.of(), new byte[32], 0));
        }
        assertThrows(SignetException.class, () -> sign("dist/a.exe", "out/new/signed.exe"));
        assertFalse(Files.exists(directory.resolve("new")));
        assertEquals("outside", Files.readString(directory.resolve("secret")));
    }

    @Test
    void apply_toALinkInside_signsWhatItPointsTo() throws Exception {
        Path link = Files.createSymbolicLink(root.resolve("latest.exe"), Path.of("dist/a.exe"));
        sign("latest.exe", "latest.exe");
        assertTrue(Files.isSymbolicLink(link));
        assertEquals("insideSIG", Files.readString(root.resolve("dist/a.exe")));
    }

    @Test
    void apply_toAnotherDirectory_makesItAndKeepsTheOriginal() throws Exception {
        sign("dist/a.exe", SigningTargets.below("out/signed").of("dist/a.exe"));
        assertEquals("inside", Files.readString(root.resolve("dist/a.exe")));
        assertEquals("insideSIG", Files.readString(root.resolve("out/signed/dist/a.exe")));
    }

    @Test
    void apply_ofNoOriginal_makesAFileThatOthersMayRead() throws Exception {
        byte[] content = "catalog".getBytes(StandardCharsets.UTF_8);
        byte[] sha256 = FileHasher.hash(content);
        var edits = List.of(new FileEdit(0, 0, content));
        workspace.apply(null, "new/release.cat", edits, sha256, content.length);
        Path made = root.resolve("new/release.cat");
        assertEquals("catalog", Files.readString(made));
        Path usual = Files.writeString(root.resolve("usual"), "");
        assertEquals(Files.getPosixFilePermissions(usual), Files.getPosixFilePermissions(made));

        // A repeat puts the same in its place.
        workspace.apply(null, "new/release.cat", edits, sha256, content.length);
        assertThrows(SignetException.class, () -> workspace.apply(null, "new/release.cat", edits, new byte[32], content.length));
        assertThrows(SignetException.class, () -> workspace.apply(null, "../release.cat", edits, sha256, content.length));
        assertEquals("catalog", Files.readString(made));
        assertEquals(List.of("new/release.cat"), names("new"));
    }

    @Test
    void taken_ofNames_countsWhateverHasThem() throws Exception {
        Files.createSymbolicLink(root.resolve("dangling"), Path.of("nowhere"));
        assertEquals(
                Set.of("dist/a.exe", "dist", "dangling"),
                workspace.taken(List.of("dist/a.exe", "dist", "dangling", "dist/a.exe.p7s", "absent/b")));
        assertThrows(SignetException.class, () -> workspace.taken(List.of("../secret")));
    }

    private List<String> names(String below) throws IOException {
        try (Stream<Path> files = Files.list(root.resolve(below))) {
            return files.map(file -> root.relativize(file).toString()).toList();
        }
    }

    @Test
    void hash_ofADirectoryOrAbsentFile_fails() {
        assertThrows(SignetException.class, () -> workspace.hash(List.of("dist")));
        assertThrows(NoSuchFileException.class, () -> workspace.hash(List.of("absent.exe")));
    }

    private void sign(String name, String target) throws Exception {
        byte[] signed = "insideSIG".getBytes(StandardCharsets.UTF_8);
        byte[] sha256 = FileHasher.hash(new ByteArrayInputStream(signed)).sha256();
        workspace.apply(name, target, List.of(new FileEdit(6, 0, "SIG".getBytes(StandardCharsets.UTF_8))), sha256, 9);
    }
}
