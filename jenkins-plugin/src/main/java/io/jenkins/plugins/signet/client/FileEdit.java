package io.jenkins.plugins.signet.client;

import java.io.Serializable;

/**
 * One change against an original file.
 *
 * @param offset in bytes, in the original
 * @param removedBytes how many bytes of the original are dropped there
 * @param inserted what takes their place; not copied
 */
public record FileEdit(long offset, long removedBytes, byte[] inserted) implements Serializable {
    private static final long serialVersionUID = 1L;

    @Override
    public String toString() {
        return "FileEdit[at " + offset + " -" + removedBytes + " +" + inserted.length + "]";
    }
}
