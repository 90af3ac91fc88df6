package io.jenkins.plugins.signet.client;

/**
 * A file of a request.
 *
 * @param name path relative to the workspace, segments joined by '/'
 * @param sizeBytes size of the content
 * @param sha256 of the content, 32 bytes; not copied
 */
public record ManifestEntry(String name, long sizeBytes, byte[] sha256) {}
