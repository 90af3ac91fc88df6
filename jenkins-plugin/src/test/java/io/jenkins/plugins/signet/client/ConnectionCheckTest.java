package io.jenkins.plugins.signet.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.signet.client.ConnectionCheck.Problem;
import io.jenkins.plugins.signet.client.ConnectionCheck.Result;
import io.jenkins.plugins.signet.node.SigningNode;
import io.jenkins.plugins.signet.node.TcpRelay;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the test button says, each case with the thing itself. */
@Timeout(120)
class ConnectionCheckTest {
    private static SigningNode node;

    @TempDir
    Path directory;

    @BeforeAll
    static void startNode() throws Exception {
        node = SigningNode.get();
    }

    @Test
    void check_ofAnAgentThatKnowsTheController_findsNothing() throws Exception {
        assertProblem(Problem.NONE, check(node.address()));
    }

    @Test
    void check_ofAnAddressThatIsNone_saysHowToWriteOne() throws Exception {
        assertProblem(Problem.ADDRESS, check("no port here"));
    }

    @Test
    void check_ofANameThatDoesNotResolve_namesDns() throws Exception {
        // RFC 6761 section 6.4: this name never resolves.
        assertProblem(Problem.DNS, check("signing.invalid:7443"));
    }

    @Test
    void check_ofAPortWhereNothingListens_saysRefused() throws Exception {
        int nobody;
        try (var socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            nobody = socket.getLocalPort();
        }
        assertProblem(Problem.REFUSED, check("127.0.0.1:" + nobody));
    }

    @Test
    void check_withAnotherCa_namesTheTrust() throws Exception {
        var identity = TlsIdentity.fromPem(
                Files.readString(Path.of(node.value("signingRootPem"))), read("clientCertificatePem"), read("clientKeyPem"));
        assertProblem(
                Problem.TLS_TRUST,
                new ConnectionCheck(identity, certificate("clientCertificatePem"), Clock.systemUTC()).check(node.address()));
    }

    @Test
    void check_underANameThatIsNotInTheCertificate_namesTheName() throws Exception {
        try (var relay = new TcpRelay("127.0.0.2", node.port())) {
            assertProblem(Problem.TLS_NAME, check(relay.address()));
        }
    }

    @Test
    void check_ofSomethingWithoutTls_saysSo() throws Exception {
        try (var server = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            serve(server, socket -> {
                socket.getInputStream().read();
                socket.getOutputStream().write("SSH-2.0-OpenSSH_9.2 is no TLS record\r\n".getBytes());
            });
            assertProblem(Problem.NOT_TLS, check("127.0.0.1:" + server.getLocalPort()));
        }
    }

    @Test
    void check_ofSomethingThatKeepsSilent_saysSo() throws Exception {
        try (var server = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            assertProblem(Problem.NO_ANSWER, check("127.0.0.1:" + server.getLocalPort()));
        }
    }

    @Test
    void check_ofAnExpiredCertificate_namesValidityAndClock() throws Exception {
        // Issued by a CA: a trusted certificate that is the agent's own is believed for ever (the JDK's PKIX validator).
        Path store = directory.resolve("expired.p12");
        Path request = directory.resolve("server.csr");
        Path issued = directory.resolve("server.pem");
        Path authority = directory.resolve("ca.pem");
        keytool(store, "-genkeypair", "-alias", "ca", "-keyalg", "EC", "-dname", "CN=ca", "-ext", "bc:c=ca:true");
        keytool(store, "-exportcert", "-rfc", "-alias", "ca", "-file", authority.toString());
        keytool(store, "-genkeypair", "-alias", "server", "-keyalg", "EC", "-dname", "CN=expired");
        keytool(store, "-certreq", "-alias", "server", "-file", request.toString());
        keytool(store, "-gencert", "-rfc", "-alias", "ca", "-infile", request.toString(), "-outfile", issued.toString(),
                "-ext", "san=ip:127.0.0.1", "-startdate", "-30d", "-validity", "10");
        keytool(store, "-importcert", "-noprompt", "-alias", "server", "-file", issued.toString());
        keytool(store, "-delete", "-alias", "ca");
        KeyStore keys = KeyStore.getInstance(store.toFile(), "changeit".toCharArray());
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, "changeit".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        try (ServerSocket server = context.getServerSocketFactory()
                .createServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            serve(server, socket -> socket.getInputStream().read());
            var identity = TlsIdentity.fromPem(Files.readString(authority), read("clientCertificatePem"), read("clientKeyPem"));
            Result result = new ConnectionCheck(identity, certificate("clientCertificatePem"), Clock.systemUTC())
                    .check("127.0.0.1:" + server.getLocalPort());
            assertProblem(Problem.TLS_VALIDITY, result);
        }
    }

    @Test
    void check_withACertificateThatTheAgentDoesNotKnow_givesThePinForItsConfiguration() throws Exception {
        X509Certificate certificate = certificate("otherClientCertificatePem");
        Result result = new ConnectionCheck(node.stranger(), certificate, Clock.systemUTC()).check(node.address());
        assertProblem(Problem.CLIENT_CERTIFICATE_NOT_PINNED, result);
        String pin = java.util.HexFormat.of().formatHex(
                java.security.MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        assertTrue(result.text().contains("sha256:" + pin), result::text);
    }

    @Test
    void check_withAClockThatIsWrong_saysByHowMuch() throws Exception {
        Clock late = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(5));
        Result result =
                new ConnectionCheck(node.controller(), certificate("clientCertificatePem"), late).check(node.address());
        assertProblem(Problem.CLOCK, result);
        assertTrue(result.text().matches(".*clock is (299|300|301|302|303) s ahead.*"), result::text);
    }

    @Test
    void check_withAnOldClientCertificate_saysSoBeforeTheAgentDoes() throws Exception {
        Clock future = Clock.offset(Clock.systemUTC(), Duration.ofDays(4000));
        assertProblem(
                Problem.CLIENT_CERTIFICATE_VALIDITY,
                new ConnectionCheck(node.controller(), certificate("clientCertificatePem"), future).check(node.address()));
    }

    private static Result check(String address) throws Exception {
        return new ConnectionCheck(node.controller(), certificate("clientCertificatePem"), Clock.systemUTC()).check(address);
    }

    private static void assertProblem(Problem problem, Result result) {
        assertEquals(problem, result.problem(), result::text);
    }

    private interface Conversation {
        void with(Socket socket) throws IOException;
    }

    private static void serve(ServerSocket server, Conversation conversation) {
        Thread thread = new Thread(() -> {
            while (!server.isClosed()) {
                try (Socket socket = server.accept()) {
                    conversation.with(socket);
                } catch (IOException e) {
                    // The client went away, or the test is over.
                }
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private static void keytool(Path store, String... arguments) throws Exception {
        var line = new java.util.ArrayList<String>(java.util.List.of("keytool"));
        line.addAll(java.util.List.of(arguments));
        line.addAll(java.util.List.of("-keystore", store.toString(), "-storepass", "changeit"));
        run(line.toArray(String[]::new));
    }

    private static void run(String... line) throws Exception {
        Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
        try (InputStream output = process.getInputStream()) {
            String text = new String(output.readAllBytes());
            assertEquals(0, process.waitFor(), text);
        }
    }

    private static String read(String name) throws IOException {
        return Files.readString(Path.of(node.value(name)));
    }

    private static X509Certificate certificate(String name) throws Exception {
        return PemFile.certificates(read(name)).get(0);
    }
}
