package io.jenkins.plugins.signet.signing;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What was done with one file. Hashes are in lower-case hexadecimal.
 *
 * @param path of the signed file, or of the file with its signature, relative to the workspace
 * @param sha256Before of the original; null for a catalog, which has none
 * @param sha256After of the file at that path
 * @param subject of the signing certificate (RFC 4514); null for a file that was skipped or is in a catalog
 * @param thumbprint SHA-256 of the signing certificate; null for a file that was skipped or is in a catalog
 * @param timestamp time in the RFC 3161 timestamp (ISO 8601, UTC); null where there is none
 * @param receipt where the receipt is kept; null for a file that was skipped
 * @param catalog path of the catalog that covers the file; null for a file that is signed by itself, and for a catalog
 */
public record SigningResult(
        String path, String sha256Before, String sha256After, String subject, String thumbprint, String timestamp,
        String receipt, String catalog) {
    /** The same as a map of strings, which scripts in a sandbox can read. What is null is left out. */
    public Map<String, String> toMap() {
        var map = new LinkedHashMap<String, String>();
        put(map, "path", path);
        put(map, "sha256Before", sha256Before);
        put(map, "sha256After", sha256After);
        put(map, "subject", subject);
        put(map, "thumbprint", thumbprint);
        put(map, "timestamp", timestamp);
        put(map, "receipt", receipt);
        put(map, "catalog", catalog);
        return map;
    }

    private static void put(Map<String, String> map, String key, String value) {
        if (value != null) {
            map.put(key, value);
        }
    }
}
