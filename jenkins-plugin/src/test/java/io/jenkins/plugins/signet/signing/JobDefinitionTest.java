package io.jenkins.plugins.signet.signing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.jenkins.plugins.signet.signing.BuildIdentity.SourceRevision;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobDefinitionTest {
    private static final byte[] CONFIG = "<project/>\n".getBytes(StandardCharsets.UTF_8);

    @Test
    void hash_ofAJobWithoutScript_isThatOfItsConfiguration() throws Exception {
        assertEquals(sha256sum("printf '<project/>\\n'"), hex(new JobDefinition(CONFIG, null, null, null, false)));
    }

    @Test
    void hash_ofAPipeline_isWhatTheDocumentationsCommandsGive() throws Exception {
        String lines = "printf 'signet-job-definition/1\\nconfig %s\\nscript %s\\nsource %s %s\\n'"
                + " $(printf '<project/>\\n' | sha256sum | cut -c1-64) $(printf 'node {}' | sha256sum | cut -c1-64)"
                + " https://git.example/app.git Jenkinsfile";
        assertEquals(
                sha256sum(lines),
                hex(new JobDefinition(CONFIG, "node {}", "https://git.example/app.git", "Jenkinsfile", false)));
    }

    @Test
    void hash_ofARewrittenJob_isAnother() {
        String before = hex(new JobDefinition(CONFIG, "node {}", null, null, false));
        assertNotEquals(before, hex(new JobDefinition("<project>x</project>".getBytes(StandardCharsets.UTF_8), "node {}", null, null, false)));
        assertNotEquals(before, hex(new JobDefinition(CONFIG, "node { sh 'evil' }", null, null, false)));
        assertNotEquals(before, hex(new JobDefinition(CONFIG, "node {}", "https://evil.example", "Jenkinsfile", false)));
        assertNotEquals(before, hex(new JobDefinition(CONFIG, "node {}", null, null, true)), "a replay");
        assertNotEquals(before, hex(new JobDefinition(CONFIG, null, null, null, false)));
    }

    @ParameterizedTest
    @CsvSource({
        "refs/remotes/origin/main, , main", "origin/feature/x, , feature/x", "refs/heads/main, , main", "main, , main",
        "upstream/main, upstream, main", "origin/origin/main, origin, origin/main"
    })
    void branchName_isTheBranchOfTheRemote(String name, String remote, String branch) {
        assertEquals(branch, SourceRevision.branchName(name, remote));
    }

    @Test
    void branchName_ofADetachedHead_isNone() {
        assertNull(SourceRevision.branchName("detached", null));
        assertNull(SourceRevision.branchName(null, null));
    }

    private static String hex(JobDefinition definition) {
        return HexFormat.of().formatHex(definition.sha256());
    }

    private static String sha256sum(String command) throws Exception {
        Process shell = new ProcessBuilder("sh", "-c", command + " | sha256sum").start();
        return new String(shell.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).substring(0, 64);
    }
}
