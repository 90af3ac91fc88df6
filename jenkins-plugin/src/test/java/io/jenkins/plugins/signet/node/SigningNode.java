package io.jenkins.plugins.signet.node;

import io.jenkins.plugins.signet.client.Credential;
import io.jenkins.plugins.signet.client.GrpcWebChannel;
import io.jenkins.plugins.signet.client.RetryBudget;
import io.jenkins.plugins.signet.client.SignetClient;
import io.jenkins.plugins.signet.client.TlsIdentity;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A real signing node: the built agent with SoftHSM, a timestamp authority and mutual TLS, which tests/Testbed starts.
 * One for all tests of this process; a test that stops the agent starts it again. Ends with the process.
 */
public final class SigningNode {
    private static final Pattern PAIR = Pattern.compile("\"(\\w+)\":\"((?:[^\"\\\\]|\\\\.)*)\"");
    private static SigningNode shared;

    private final Process process;
    private final BufferedWriter commands;
    private final BufferedReader answers;
    private final Map<String, String> description = new TreeMap<>();

    private SigningNode() throws IOException {
        Path testbed = Path.of(System.getProperty("signet.testbed"));
        if (!Files.isExecutable(testbed)) {
            throw new IllegalStateException(testbed + " is missing. Run: dotnet build tests/Testbed --configuration Release");
        }
        process = new ProcessBuilder(testbed.toString(), "serve").redirectError(ProcessBuilder.Redirect.INHERIT).start();
        commands = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        // The end of its input ends it, and it then takes its files away.
        Runtime.getRuntime().addShutdownHook(new Thread(this::end));
        String line = answers.readLine();
        Matcher pairs = PAIR.matcher(line == null ? "" : line);
        while (pairs.find()) {
            description.put(pairs.group(1), pairs.group(2).replace("\\u002B", "+").replace("\\/", "/").replace("\\\\", "\\"));
        }
        if (!description.containsKey("address")) {
            throw new IllegalStateException("the signing node did not start: " + line);
        }
    }

    /** The node; started when it is first asked for. */
    public static synchronized SigningNode get() throws IOException {
        if (shared == null) {
            shared = new SigningNode();
        }
        return shared;
    }

    /** kill-agent, stop, start-agent, unlock, lock or kill-token-host. */
    public synchronized void run(String command) throws IOException {
        commands.write(command + "\n");
        commands.flush();
        String answer = answers.readLine();
        if (!"ok".equals(answer)) {
            throw new IllegalStateException(command + ": " + answer);
        }
    }

    /** Runs a command of signet on the node, as its operator, or one of its offline checks; gives what it printed. */
    public String signet(String... arguments) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>();
        line.add(value("signetCommand"));
        line.addAll(List.of(arguments));
        if (!arguments[0].equals("audit")) {
            line.addAll(List.of("--config", value("configuration")));
        }
        Process run = new ProcessBuilder(line).redirectErrorStream(true).start();
        run.getOutputStream().close();
        String output = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!run.waitFor(60, TimeUnit.SECONDS) || run.exitValue() != 0) {
            throw new IllegalStateException(line + " ended with " + output);
        }
        return output;
    }

    /** What the node says of itself: see NodeDescription in tests/Testbed. */
    public String value(String name) {
        String value = description.get(name);
        if (value == null) {
            throw new IllegalArgumentException(name + " is none of " + description.keySet());
        }
        return value;
    }

    /** As host:port. */
    public String address() {
        return value("address").replaceFirst("^https://", "");
    }

    /** The port on 127.0.0.1. */
    public int port() {
        return Integer.parseInt(address().replaceFirst("^.*:", ""));
    }

    public String ca() throws IOException {
        return Files.readString(Path.of(value("caPem")));
    }

    /** The pinned controller. */
    public TlsIdentity controller() throws Exception {
        return TlsIdentity.fromPem(ca(), read("clientCertificatePem"), read("clientKeyPem"));
    }

    /** A client certificate that the node does not know. */
    public TlsIdentity stranger() throws Exception {
        return TlsIdentity.fromPem(ca(), read("otherClientCertificatePem"), read("otherClientKeyPem"));
    }

    public Credential credential() {
        return new Credential(value("credential"), value("secret").toCharArray());
    }

    /** A client with the default credential, over addresses of its own. */
    public SignetClient client(GrpcWebChannel channel, RetryBudget retries) {
        return new SignetClient(channel, credential(), retries);
    }

    public GrpcWebChannel channel(String... addresses) throws Exception {
        return new GrpcWebChannel(
                addresses.length == 0 ? List.of(address()) : List.of(addresses), controller(), Duration.ofSeconds(5));
    }

    private String read(String name) throws IOException {
        return Files.readString(Path.of(value(name)));
    }

    private void end() {
        try {
            commands.close();
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException | InterruptedException e) {
            process.destroyForcibly();
        }
    }
}
