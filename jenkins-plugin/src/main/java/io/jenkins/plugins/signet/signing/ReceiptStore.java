package io.jenkins.plugins.signet.signing;

import java.io.IOException;

/** Where the receipts of a build are kept, outside the signing node. Safe for use by several threads. */
@FunctionalInterface
public interface ReceiptStore {
    /**
     * Keeps a receipt.
     *
     * @param fileName the signed file's name in the manifest
     * @param signedSha256 of the signed file, in lower-case hexadecimal
     * @param json the receipt
     * @return where it is, for people and scripts
     */
    String keep(String fileName, String signedSha256, String json) throws IOException;
}
