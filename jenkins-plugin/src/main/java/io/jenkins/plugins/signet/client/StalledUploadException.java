package io.jenkins.plugins.signet.client;

/**
 * The agent takes no data of an upload, for a reason that the upload itself cannot show: the HTTP client hands over no
 * answer before the request's body has ended.
 */
final class StalledUploadException extends Exception {
    private static final long serialVersionUID = 1L;
}
