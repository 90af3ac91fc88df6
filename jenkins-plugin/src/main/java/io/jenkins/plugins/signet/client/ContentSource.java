package io.jenkins.plugins.signet.client;

import java.io.IOException;
import java.io.InputStream;

/** Content that can be read again from its first byte when an upload has to be repeated. */
@FunctionalInterface
public interface ContentSource {
    /** Content for a file that the agent has signed already: nothing is sent again. */
    ContentSource NONE = InputStream::nullInputStream;

    /** Opens the content; the caller closes it. */
    InputStream open() throws IOException, InterruptedException;
}
