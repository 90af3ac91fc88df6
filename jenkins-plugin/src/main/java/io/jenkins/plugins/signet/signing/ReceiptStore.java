package io.jenkins.plugins.signet.signing;

import java.io.IOException;

/** Where the receipts of a build are kept, outside the signing node. Safe for use by several threads. */
@FunctionalInterface
public interface ReceiptStore {
    /**
     * Keeps a receipt.
     *
     * @param fileName the signed file's name in the manifest
     * @param key SHA-256 in lower-case hexadecimal, of the signed file; for a file in a catalog, which may have a receipt for
     *     a signature of its own, of the record that the receipt holds
     * @param json the receipt
     * @return where it is, for people and scripts
     */
    String keep(String fileName, String key, String json) throws IOException;
}
