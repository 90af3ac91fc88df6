package io.jenkins.plugins.signet.client;

import io.jenkins.plugins.signet.proto.SignedFile;
import java.util.List;

/**
 * What the agent answers for a file that it signed.
 *
 * @param result hashes, certificate, timestamp and receipt
 * @param edits what turns the original into the signed file
 */
public record SignedContent(SignedFile result, List<FileEdit> edits) {}
