package io.jenkins.plugins.signet.client;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;

/**
 * Who the controller is towards an agent, and whom it trusts: a client certificate with its key, and the CAs of which
 * one has to have issued the agent's certificate. The host name is always checked. Immutable.
 */
public final class TlsIdentity {
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    private final SSLContext context;

    private TlsIdentity(SSLContext context) {
        this.context = context;
    }

    /**
     * From certificates and a key in PEM form.
     *
     * @param caPem the trusted CAs, or the agent's own certificate where it is self-signed
     * @param certificatePem the client certificate, then its issuers
     * @param keyPem its private key, PKCS#8
     */
    public static TlsIdentity fromPem(String caPem, String certificatePem, String keyPem)
            throws GeneralSecurityException {
        List<X509Certificate> chain = PemFile.certificates(certificatePem);
        PrivateKey key = PemFile.privateKey(keyPem);
        KeyStore store = emptyStore();
        // The password guards an object in memory only.
        store.setKeyEntry("client", key, new char[0], chain.toArray(X509Certificate[]::new));
        return fromKeyStore(caPem, store, new char[0]);
    }

    /**
     * From a key store that holds the client certificate with its key.
     *
     * @param caPem the trusted CAs, or the agent's own certificate where it is self-signed
     * @param store holds exactly one usable key
     * @param password of the key in it
     */
    public static TlsIdentity fromKeyStore(String caPem, KeyStore store, char[] password)
            throws GeneralSecurityException {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, password);
        return new TlsIdentity(contextWith(keys.getKeyManagers(), caPem));
    }

    /** Without a client certificate: for showing that an agent refuses such callers. */
    public static TlsIdentity anonymous(String caPem) throws GeneralSecurityException {
        return new TlsIdentity(contextWith(new KeyManager[0], caPem));
    }

    private static SSLContext contextWith(KeyManager[] keys, String caPem) throws GeneralSecurityException {
        KeyStore trusted = emptyStore();
        int number = 0;
        for (X509Certificate ca : PemFile.certificates(caPem)) {
            trusted.setCertificateEntry("ca" + number++, ca);
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys, trust.getTrustManagers(), null);
        return context;
    }

    private static KeyStore emptyStore() throws GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try {
            store.load(null, null);
        } catch (IOException e) {
            throw new GeneralSecurityException("an empty key store cannot be made", e);
        }
        return store;
    }

    SSLContext sslContext() {
        return context;
    }

    /** TLS 1.2 or later, and the name in the agent's certificate has to match (RFC 6125). */
    static SSLParameters sslParameters() {
        var parameters = new SSLParameters();
        parameters.setProtocols(PROTOCOLS);
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        return parameters;
    }
}
