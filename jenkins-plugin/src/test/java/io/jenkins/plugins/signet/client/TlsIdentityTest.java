package io.jenkins.plugins.signet.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TlsIdentityTest {
    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"EC", "RSA"})
    void fromPem_withKeyOfEachAlgorithm_isRead(String algorithm) throws Exception {
        KeyStore store = generate(algorithm);
        Key key = store.getKey("k", PASSWORD);
        String certificate = pem("CERTIFICATE", store.getCertificate("k").getEncoded());
        String keyPem = pem("PRIVATE KEY", key.getEncoded());

        assertArrayEquals(key.getEncoded(), PemFile.privateKey("text before\n" + keyPem).getEncoded());
        assertNotNull(TlsIdentity.fromPem(certificate + certificate, certificate, keyPem).sslContext());
        assertNotNull(TlsIdentity.fromKeyStore(certificate, store, PASSWORD).sslContext());
        assertEquals(2, PemFile.certificates(certificate + "noise\n" + certificate).size());
    }

    @Test
    void privateKey_ofTheTraditionalForm_saysHowToConvertIt() {
        var failure = assertThrows(
                GeneralSecurityException.class, () -> PemFile.privateKey(pem("RSA PRIVATE KEY", new byte[] {1})));
        assertTrue(failure.getMessage().contains("openssl pkcs8 -topk8"));
    }

    @Test
    void privateKey_thatIsNone_isRefused() {
        assertThrows(GeneralSecurityException.class, () -> PemFile.privateKey(pem("PRIVATE KEY", new byte[] {1, 2, 3})));
        assertThrows(GeneralSecurityException.class, () -> PemFile.privateKey("nothing"));
    }

    @Test
    void certificates_whenThereIsNone_isRefused() {
        assertThrows(GeneralSecurityException.class, () -> PemFile.certificates(""));
        assertThrows(GeneralSecurityException.class, () -> PemFile.certificates(pem("CERTIFICATE", new byte[] {1})));
    }

    @Test
    void sslParameters_alwaysCheckTheHostName() {
        assertEquals("HTTPS", TlsIdentity.sslParameters().getEndpointIdentificationAlgorithm());
    }

    /** A key and its certificate by the JDK's own keytool. */
    private KeyStore generate(String algorithm) throws Exception {
        Path file = directory.resolve(algorithm + ".p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair", "-alias", "k",
                        "-keyalg", algorithm, "-dname", "CN=test", "-keystore", file.toString(), "-storetype", "PKCS12",
                        "-storepass", new String(PASSWORD))
                .redirectErrorStream(true)
                .start();
        String output = new String(keytool.getInputStream().readAllBytes());
        assertEquals(0, keytool.waitFor(), output);
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream input = Files.newInputStream(file)) {
            store.load(input, PASSWORD);
        }
        return store;
    }

    private static String pem(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                + "\n-----END " + label + "-----\n";
    }
}
