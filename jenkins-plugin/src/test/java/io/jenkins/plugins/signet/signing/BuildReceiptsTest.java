package io.jenkins.plugins.signet.signing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuildReceiptsTest {
    @Test
    void keep_ofAFileWithAHostileName_writesOnlyUnderTheHash(@TempDir Path build) throws Exception {
        String kept = new BuildReceipts(build.toFile()).keep("../../config.xml", "ab12", "{}\n");
        assertEquals("signet/ab12.receipt.json", kept);
        assertEquals("{}\n", Files.readString(build.resolve(kept)));
        try (Stream<Path> files = Files.walk(build)) {
            assertEquals(List.of(build.resolve(kept)), files.filter(Files::isRegularFile).toList());
        }
    }

    @Test
    void keep_twice_replacesTheReceipt(@TempDir Path build) throws Exception {
        var receipts = new BuildReceipts(build.toFile());
        receipts.keep("a.exe", "ab12", "old");
        String kept = receipts.keep("a.exe", "ab12", "new");
        assertTrue(Files.readString(build.resolve(kept)).equals("new"));
    }

    @Test
    void read_ofWhatIsNoHash_isNothing(@TempDir Path build) throws Exception {
        var receipts = new BuildReceipts(build.toFile());
        receipts.keep("a", "ab".repeat(32), "{}");
        assertEquals("{}", receipts.read("ab".repeat(32)));
        for (String name : new String[] {"../build.xml", "..", "", null, "AB".repeat(32), "ab".repeat(32) + "/../x"}) {
            org.junit.jupiter.api.Assertions.assertNull(receipts.read(name));
        }
    }
}
