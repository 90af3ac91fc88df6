package io.jenkins.plugins.signet;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SecretBytes;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.cloudbees.plugins.credentials.impl.CertificateCredentialsImpl;
import hudson.util.Secret;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl;

/** A Jenkins that is set up for signing in every respect, but nothing listens where its agent should be. */
final class UnreachableAgent {
    private static final String PASSWORD = "changeit";

    private UnreachableAgent() {}

    /** Gives the running Jenkins an agent and the two credentials. */
    static void configure() throws Exception {
        Path file = Files.createTempFile("signet", ".p12");
        Files.delete(file);
        Process keytool = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair", "-keyalg", "EC", "-groupname",
                "secp256r1", "-alias", "controller", "-dname", "CN=controller", "-validity", "1", "-storetype", "PKCS12",
                "-storepass", PASSWORD, "-keystore", file.toString()).inheritIO().start();
        if (keytool.waitFor() != 0) {
            throw new IllegalStateException("keytool ended with " + keytool.exitValue());
        }
        byte[] store = Files.readAllBytes(file);
        Files.delete(file);
        SystemCredentialsProvider provider = SystemCredentialsProvider.getInstance();
        provider.getCredentials().add(new CertificateCredentialsImpl(
                CredentialsScope.SYSTEM, "signet-controller", "", PASSWORD,
                new CertificateCredentialsImpl.UploadedKeyStoreSource(SecretBytes.fromBytes(store))));
        provider.getCredentials().add(new StringCredentialsImpl(
                CredentialsScope.GLOBAL, "release-signer", "", Secret.fromString("sgc_not-needed")));
        provider.save();
        SignetGlobalConfiguration.get().setAgents(List.of(
                new SigningAgent("main", "localhost:" + closedPort(), certificate(store), "signet-controller")));
    }

    private static String certificate(byte[] store) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream content = new java.io.ByteArrayInputStream(store)) {
            keys.load(content, PASSWORD.toCharArray());
        }
        return "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(keys.getCertificate("controller").getEncoded())
                + "\n-----END CERTIFICATE-----\n";
    }

    private static int closedPort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
