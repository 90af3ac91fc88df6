package io.jenkins.plugins.signet.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FileEditsTest {
    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void writeOriginal() throws Exception {
        file = Files.writeString(directory.resolve("a.exe"), "0123456789");
    }

    @Test
    void apply_withInsertionsRemovalsAndReplacements_makesTheSignedFile() throws Exception {
        apply(List.of(edit(0, 0, "<"), edit(2, 2, "ab"), edit(5, 1, ""), edit(10, 0, "SIG")), "<01ab46789SIG");
        assertEquals("<01ab46789SIG", Files.readString(file));
        assertNothingElseIsLeft();
    }

    @Test
    void apply_withSeveralInsertionsAtOneOffset_keepsTheirOrder() throws Exception {
        apply(List.of(edit(4, 3, "one"), edit(7, 0, "two"), edit(7, 0, "three")), "0123onetwothree789");
        assertEquals("0123onetwothree789", Files.readString(file));
    }

    @Test
    void apply_withoutEdits_leavesTheContent() throws Exception {
        apply(List.of(), "0123456789");
        assertEquals("0123456789", Files.readString(file));
    }

    @Test
    void apply_ofALargeFile_isRightAroundEveryBufferBoundary() throws Exception {
        byte[] content = new byte[300_000];
        new Random(7).nextBytes(content);
        Files.write(file, content);
        byte[] expected = content.clone();
        expected[65_535] = 1;
        expected[65_536] = 2;
        byte[] pair = {1, 2};

        FileEdits.apply(file, file, List.of(new FileEdit(65_535, 2, pair)), sha256(expected), expected.length);
        assertArrayEquals(expected, Files.readAllBytes(file));
    }

    @Test
    void apply_whenTheResultHasAnotherHash_leavesTheFileUntouched() throws Exception {
        var failure = assertThrows(SignetException.class, () -> apply(List.of(edit(10, 0, "SIG")), "0123456789GIS"));
        assertEquals(FailureReason.FILE_CHANGED, failure.reason());
        assertEquals("0123456789", Files.readString(file));
        assertNothingElseIsLeft();
    }

    @Test
    void apply_whenTheResultHasAnotherSize_leavesTheFileUntouched() throws Exception {
        var failure = assertThrows(
                SignetException.class,
                () -> FileEdits.apply(file, file, List.of(), sha256("0123456789".getBytes(StandardCharsets.UTF_8)), 11));
        assertEquals(FailureReason.FILE_CHANGED, failure.reason());
        assertEquals("0123456789", Files.readString(file));
    }

    static Stream<List<FileEdit>> wrongEdits() {
        return Stream.of(
                List.of(edit(5, 3, "x"), edit(7, 0, "overlaps")),
                List.of(edit(5, 0, "x"), edit(4, 0, "descends")),
                List.of(edit(11, 0, "behind the end")),
                List.of(edit(8, 3, "removes more than there is")),
                List.of(edit(-1, 0, "before the start")),
                List.of(edit(1, -1, "removes less than nothing")),
                List.of(edit(1, Long.MAX_VALUE, "overflows")));
    }

    @ParameterizedTest
    @MethodSource("wrongEdits")
    void apply_withEditsOutOfOrder_leavesTheFileUntouched(List<FileEdit> edits) throws Exception {
        var failure = assertThrows(SignetException.class, () -> apply(edits, "whatever"));
        assertEquals(FailureReason.PROTOCOL_ERROR, failure.reason());
        assertEquals("0123456789", Files.readString(file));
        assertNothingElseIsLeft();
    }

    @Test
    void apply_toAFileWithPermissions_keepsThem() throws Exception {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-x--x"));
        apply(List.of(edit(10, 0, "SIG")), "0123456789SIG");
        assertEquals("rwxr-x--x", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }

    @Test
    void apply_toAnotherTarget_leavesTheOriginal() throws Exception {
        Path target = directory.resolve("signed.exe");
        FileEdits.apply(
                file, target, List.of(edit(10, 0, "SIG")), sha256("0123456789SIG".getBytes(StandardCharsets.UTF_8)), 13);
        assertEquals("0123456789", Files.readString(file));
        assertEquals("0123456789SIG", Files.readString(target));
    }

    @Test
    void apply_whenTheThreadIsInterrupted_leavesTheFileUntouched() throws Exception {
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> apply(List.of(edit(10, 0, "SIG")), "0123456789SIG"));
        assertEquals("0123456789", Files.readString(file));
        assertNothingElseIsLeft();
    }

    @Test
    void apply_neverWritesIntoTheFileItself() throws Exception {
        // A second name of the same file shows whether its bytes were written to, or the name was given to a new file.
        Path link = Files.createLink(directory.resolve("link"), file);
        apply(List.of(edit(10, 0, "SIG")), "0123456789SIG");
        assertEquals("0123456789", Files.readString(link));
    }

    private void apply(List<FileEdit> edits, String expected) throws Exception {
        byte[] bytes = expected.getBytes(StandardCharsets.UTF_8);
        FileEdits.apply(file, file, edits, sha256(bytes), bytes.length);
    }

    private static FileEdit edit(long offset, long removed, String inserted) {
        return new FileEdit(offset, removed, inserted.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] sha256(byte[] content) {
        return FileHasher.sha256().digest(content);
    }

    private void assertNothingElseIsLeft() throws Exception {
        try (Stream<Path> files = Files.list(directory)) {
            assertTrue(files.allMatch(path -> path.equals(file)), "a temporary file is left");
        }
    }
}
