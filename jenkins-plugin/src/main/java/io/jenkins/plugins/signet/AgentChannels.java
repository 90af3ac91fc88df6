package io.jenkins.plugins.signet;

import io.jenkins.plugins.signet.client.GrpcWebChannel;
import io.jenkins.plugins.signet.client.SignetException;
import io.jenkins.plugins.signet.client.TlsIdentity;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * One connection to each agent, shared by all builds. A step that waits for approvals then costs no thread and no
 * connection of its own. Safe for use by several threads.
 */
final class AgentChannels {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    private final Map<String, Open> open = new HashMap<>();

    private record Open(Key key, GrpcWebChannel channel) {}

    /** What a channel depends on; a renewed certificate gives a new channel. */
    private record Key(List<String> addresses, String ca, String certificateSha256) {}

    /**
     * The channel to an agent.
     *
     * @param store the controller's certificate with its key
     * @param password of the key in it
     */
    synchronized GrpcWebChannel get(SigningAgent agent, KeyStore store, char[] password)
            throws SignetException, GeneralSecurityException {
        var key = new Key(agent.addressList(), agent.getCaCertificates(), fingerprint(store));
        Open known = open.get(agent.getName());
        if (known == null || !known.key().equals(key)) {
            var identity = TlsIdentity.fromKeyStore(agent.getCaCertificates(), store, password);
            known = new Open(key, new GrpcWebChannel(key.addresses(), identity, CONNECT_TIMEOUT));
            open.put(agent.getName(), known);
        }
        return known.channel();
    }

    /** Forgets all; connections end when the calls under way have ended. */
    synchronized void clear() {
        open.clear();
    }

    private static String fingerprint(KeyStore store) throws GeneralSecurityException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (String alias : Collections.list(store.aliases())) {
            Certificate certificate = store.getCertificate(alias);
            if (certificate != null) {
                digest.update(certificate.getEncoded());
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
