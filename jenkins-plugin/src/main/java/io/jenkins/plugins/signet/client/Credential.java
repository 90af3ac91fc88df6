package io.jenkins.plugins.signet.client;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * A credential that the agent knows: a name and its secret. Close it to wipe the secret kept here; the HTTP client
 * needs the header as a String for each call, and those go with the garbage.
 */
public final class Credential implements AutoCloseable {
    private final String name;
    private final char[] secret;

    /**
     * @param name the credential's name at the agent; without a colon (RFC 7617 section 2)
     * @param secret copied
     */
    public Credential(String name, char[] secret) {
        if (name.isEmpty() || name.indexOf(':') >= 0) {
            throw new IllegalArgumentException("a credential's name is not empty and holds no colon");
        }
        this.name = name;
        this.secret = secret.clone();
    }

    /** The name at the agent. */
    public String name() {
        return name;
    }

    /** The value of the header {@code authorization} (RFC 7617, UTF-8). */
    String authorization() {
        CharBuffer chars = CharBuffer.allocate(name.length() + 1 + secret.length);
        chars.put(name).put(':').put(secret).flip();
        ByteBuffer encoded = StandardCharsets.UTF_8.encode(chars);
        byte[] bytes = new byte[encoded.remaining()];
        encoded.get(bytes);
        try {
            return "Basic " + Base64.getEncoder().encodeToString(bytes);
        } finally {
            Arrays.fill(chars.array(), '\0');
            Arrays.fill(encoded.array(), (byte) 0);
            Arrays.fill(bytes, (byte) 0);
        }
    }

    @Override
    public void close() {
        Arrays.fill(secret, '\0');
    }

    @Override
    public String toString() {
        return "Credential[" + name + "]";
    }
}
