package io.jenkins.plugins.signet.client;

import com.google.protobuf.ByteString;
import io.jenkins.plugins.signet.proto.CreateRequestRequest;
import io.jenkins.plugins.signet.proto.ManifestFile;
import io.jenkins.plugins.signet.proto.SigningRequest;
import io.jenkins.plugins.signet.signing.BuildIdentity;
import io.jenkins.plugins.signet.signing.CatalogFile;
import io.jenkins.plugins.signet.signing.IfSigned;
import io.jenkins.plugins.signet.signing.LocalWorkspace;
import io.jenkins.plugins.signet.signing.ReceiptStore;
import io.jenkins.plugins.signet.signing.SigningPlan;
import io.jenkins.plugins.signet.signing.SigningResult;
import io.jenkins.plugins.signet.signing.SigningRunner;
import io.jenkins.plugins.signet.signing.SigningTargets;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Signs files from a command line by way of the plugin's own client: what a build does, without a controller. The demo
 * and the end-to-end tests run it, so it can also lie where a test wants to see a refusal.
 *
 * <p>Ends with 0 when every file is signed, 1 for wrong usage, 2 for a refusal or failure with its reason on standard
 * error, 4 when the agent cannot be reached.
 */
public final class SignCommand {
    private static final int OK = 0;
    private static final int USAGE = 1;
    private static final int REFUSED = 2;
    private static final int UNREACHABLE = 4;

    private final SignCommandLine line;
    private final Map<String, String> environment;
    private final PrintStream output;

    private SignCommand(SignCommandLine line, Map<String, String> environment, PrintStream output) {
        this.line = line;
        this.environment = environment;
        this.output = output;
    }

    public static void main(String[] arguments) {
        var output = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        var errors = new PrintStream(System.err, true, StandardCharsets.UTF_8);
        System.exit(run(arguments, System.getenv(), output, errors));
    }

    /** As the program, within this process. */
    static int run(String[] arguments, Map<String, String> environment, PrintStream output, PrintStream errors) {
        try {
            new SignCommand(SignCommandLine.parse(arguments), environment, output).sign();
            return OK;
        } catch (SignetException e) {
            errors.println(e.describe());
            return e.reason() == FailureReason.UNREACHABLE || e.reason() == FailureReason.CONNECTION_LOST
                    ? UNREACHABLE
                    : REFUSED;
        } catch (IllegalArgumentException | GeneralSecurityException | IOException e) {
            errors.println("sign: " + e);
            errors.println(SignCommandLine.USAGE);
            return USAGE;
        } catch (InterruptedException e) {
            errors.println("interrupted");
            return REFUSED;
        }
    }

    private void sign() throws SignetException, IOException, GeneralSecurityException, InterruptedException {
        Duration timeout = Duration.ofSeconds(line.number("--timeout-seconds", 300));
        Deadline deadline = Deadline.after(timeout);
        SignetClient client = client();
        var workspace = new LocalWorkspace(line.path("--workspace"));
        if (line.has("--check-access")) {
            client.checkAccess(line.job()).getProfilesList().forEach(profile -> output.println(
                    "profile " + profile.getName() + " " + profile.getKeyReadiness() + " " + profile.getKeyReadinessDetail()));
            return;
        }
        var build = BuildIdentity.of(line.job(), line.number("--build-number", 1), line.optional("--build-url", ""));
        var choices = new SigningPlan.Choices(
                line.value("--profile"), existing(line.optional("--existing", "refuse")),
                line.optional("--description", null), line.optional("--description-url", null),
                line.optional("--format", null), line.optional("--catalog", null), line.has("--page-hashes"));
        choices.check();
        SigningTargets targets = SigningTargets.below(line.optional("--output-dir", null));
        List<String> files = CatalogFile.members(line.files(), choices, targets);
        CatalogFile.checkPlace(workspace, choices, targets);
        SigningPlan plan = SigningPlan.create(
                line.optional("--request-id", UUID.randomUUID().toString()), build,
                SigningRunner.manifest(workspace, files), choices);
        if (line.has("--manifest-sha256") || line.has("--file-name")) {
            lie(client, workspace, plan, deadline);
            return;
        }
        var runner = new SigningRunner(client, workspace, output::println);
        SigningRequest request = runner.awaitApproval(runner.open(plan, deadline), deadline);
        output.println("request " + request.getRequestId() + " " + request.getState());
        List<SigningResult> results = runner.signAll(
                plan, targets, receipts(), (int) line.number("--parallelism", 4), deadline);
        for (SigningResult result : results) {
            output.println((result.catalog() == null ? "signed " : "covered ") + result.path() + " " + result.sha256After() + " " + result.receipt());
        }
    }

    /** Opens and uploads with another hash or name than the file has, as no honest client would. */
    private void lie(SignetClient client, LocalWorkspace workspace, SigningPlan plan, Deadline deadline)
            throws SignetException, InterruptedException {
        CreateRequestRequest.Builder message = plan.toMessage().toBuilder();
        if (line.has("--manifest-sha256")) {
            ByteString hash = ByteString.copyFrom(HexFormat.of().parseHex(line.value("--manifest-sha256")));
            for (ManifestFile.Builder file : message.getFilesBuilderList()) {
                file.setSha256(hash);
            }
        }
        SigningRequest request = client.createRequest(message.build(), deadline);
        output.println("request " + request.getRequestId() + " " + request.getState());
        for (ManifestEntry file : plan.files()) {
            client.signFile(
                    plan.requestId(), line.optional("--file-name", file.name()), () -> workspace.open(file.name()),
                    deadline, UploadListener.NONE);
            output.println("accepted " + file.name());
        }
    }

    private SignetClient client() throws SignetException, IOException, GeneralSecurityException {
        String ca = Files.readString(line.path("--ca"));
        TlsIdentity identity = line.has("--no-client-cert")
                ? TlsIdentity.anonymous(ca)
                : TlsIdentity.fromPem(ca, Files.readString(line.path("--cert")), Files.readString(line.path("--key")));
        String variable = line.value("--secret-env");
        String secret = environment.get(variable);
        if (secret == null) {
            throw new IllegalArgumentException("the environment variable " + variable + " is not set");
        }
        return new SignetClient(
                new GrpcWebChannel(line.value("--address"), identity, Duration.ofSeconds(10)),
                new Credential(line.value("--credential"), secret.toCharArray()),
                new RetryBudget(Duration.ofSeconds(line.number("--retry-seconds", 0)), output::println));
    }

    private ReceiptStore receipts() {
        if (!line.has("--receipts")) {
            return (fileName, key, json) -> "-";
        }
        Path directory = line.path("--receipts");
        return (fileName, key, json) -> {
            Path file = directory.resolve(fileName + ".receipt.json");
            Files.createDirectories(file.getParent());
            return Files.writeString(file, json).toString();
        };
    }

    private static IfSigned existing(String value) {
        return value.equals("refuse") ? IfSigned.FAIL : IfSigned.fromValue(value);
    }
}
