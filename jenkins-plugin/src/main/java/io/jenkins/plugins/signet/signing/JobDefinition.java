package io.jenkins.plugins.signet.signing;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The hash of a job's definition, which a grant can demand: it changes when somebody rewrites what the job does.
 *
 * <p>For a job without a Pipeline script it is the SHA-256 of its config.xml. For a Pipeline it is the SHA-256 of these
 * lines, each ended by a line feed, in UTF-8:
 *
 * <pre>
 * signet-job-definition/1
 * config SHA-256 of config.xml
 * script SHA-256 of the script that runs, wherever it came from
 * source URL PATH        where the script came from a repository
 * replayed               for a build that was replayed, whose scripts may have been edited
 * </pre>
 *
 * @param configXml the bytes of the job's config.xml
 * @param script the main script as it runs, UTF-8; null for a job that is no Pipeline
 * @param sourceUrl repository that the script came from; null where it stands in the job
 * @param scriptPath its path there; null where it stands in the job
 * @param replayed whether somebody may have edited the scripts of this one build
 */
public record JobDefinition(byte[] configXml, String script, String sourceUrl, String scriptPath, boolean replayed) {
    private static final String FORM = "signet-job-definition/1";

    /** 32 bytes. */
    public byte[] sha256() {
        if (script == null) {
            return hash(configXml);
        }
        var text = new StringBuilder(FORM).append('\n')
                .append("config ").append(hex(configXml)).append('\n')
                .append("script ").append(hex(script.getBytes(StandardCharsets.UTF_8))).append('\n');
        if (sourceUrl != null) {
            text.append("source ").append(sourceUrl).append(' ').append(scriptPath == null ? "" : scriptPath).append('\n');
        }
        if (replayed) {
            text.append("replayed\n");
        }
        return hash(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static String hex(byte[] content) {
        return HexFormat.of().formatHex(hash(content));
    }

    private static byte[] hash(byte[] content) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(content);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
