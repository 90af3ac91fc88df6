package io.jenkins.plugins.signet.signing;

/** What a step is doing. */
public enum SigningStage {
    /** Files are looked for and hashed. */
    HASHING("hashing"),
    /** The build node is not connected. */
    WAITING_FOR_NODE("waiting for the build node"),
    /** The request is being opened, or looked up after an interruption. */
    OPENING("opening the request"),
    /** Operators have to approve. */
    WAITING_FOR_APPROVAL("waiting for approval"),
    /** Files are uploaded and signed. */
    SIGNING("signing"),
    /** Nothing more happens. */
    ENDED("ended");

    private final String text;

    SigningStage(String text) {
        this.text = text;
    }

    /** In a few words. */
    public String text() {
        return text;
    }
}
