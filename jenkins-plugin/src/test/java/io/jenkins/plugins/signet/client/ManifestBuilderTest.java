package io.jenkins.plugins.signet.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestBuilderTest {
    /** NIST's example for SHA-256 of "abc" (FIPS 180-2, appendix B.1). */
    private static final String ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    @Test
    void hash_ofAFile_isItsSizeAndSha256(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("abc"), "abc");
        FileHasher.FileHash hash = FileHasher.hash(file);
        assertEquals(3, hash.sizeBytes());
        assertEquals(ABC, HexFormat.of().formatHex(hash.sha256()));
    }

    @Test
    void hash_whenTheThreadIsInterrupted_stops() {
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> FileHasher.hash(new ByteArrayInputStream(new byte[10])));
    }

    @ParameterizedTest
    @CsvSource({"a.exe,a.exe", "dist/a.exe,dist/a.exe", "dist\\x64\\a.exe,dist/x64/a.exe", "./a//b/./c,a/b/c", "..a/b..,..a/b.."})
    void normalize_ofAPathInside_isItsName(String path, String name) throws Exception {
        assertEquals(name, ManifestBuilder.normalize(path));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "/", "/etc/passwd", "\\\\server\\share", "C:\\a.exe", "c:a.exe", "../a", "a/../../b", "a\\..\\b", "a\0b"})
    void normalize_ofAPathThatLeavesTheWorkspace_isRefused(String path) {
        var failure = assertThrows(SignetException.class, () -> ManifestBuilder.normalize(path));
        assertEquals(FailureReason.INVALID_REQUEST, failure.reason());
    }

    @Test
    void add_whenTwoPathsAreOneName_refusesTheSecond() throws Exception {
        var hash = new FileHasher.FileHash(0, new byte[32]);
        ManifestBuilder builder = new ManifestBuilder().add("a/b", hash);
        assertThrows(SignetException.class, () -> builder.add("a\\b", hash));
    }

    @Test
    void build_withFiles_keepsTheirOrder() throws Exception {
        byte[] sha256 = FileHasher.sha256().digest("abc".getBytes(StandardCharsets.UTF_8));
        var manifest = new ManifestBuilder()
                .add("z", new FileHasher.FileHash(3, sha256))
                .add("a", new FileHasher.FileHash(3, sha256))
                .build();
        assertEquals("z", manifest.get(0).name());
        assertEquals("a", manifest.get(1).name());
        assertArrayEquals(sha256, manifest.get(0).sha256());
    }

    @Test
    void build_withoutFiles_isRefused() {
        assertThrows(SignetException.class, () -> new ManifestBuilder().build());
    }
}
