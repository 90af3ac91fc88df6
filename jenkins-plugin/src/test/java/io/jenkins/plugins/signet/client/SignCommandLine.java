package io.jenkins.plugins.signet.client;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The arguments of {@link SignCommand}. */
final class SignCommandLine {
    static final String USAGE = """
            usage: SignCommand --address HOST:PORT --ca FILE (--cert FILE --key FILE | --no-client-cert)
              --credential NAME --secret-env VARIABLE (--job NAME | --job-base64 UTF8)
              --profile NAME --workspace DIR
              [--build-number N] [--build-url URL] [--description TEXT] [--description-url URL]
              [--format NAME] [--catalog NAME.cat] [--page-hashes]
              [--existing refuse|skip|replace|append] [--receipts DIR] [--output-dir NAME] [--parallelism N]
              [--timeout-seconds N] [--retry-seconds N] [--request-id UUID]
              [--check-access] [--manifest-sha256 HEX] [--file-name NAME] FILE...""";

    private static final Set<String> FLAGS = Set.of("--no-client-cert", "--check-access", "--page-hashes");
    private static final Set<String> OPTIONS = Set.of(
            "--address", "--ca", "--cert", "--key", "--credential", "--secret-env", "--job", "--profile", "--workspace",
            "--build-number", "--build-url", "--description", "--description-url", "--existing", "--receipts",
            "--output-dir", "--parallelism", "--timeout-seconds", "--retry-seconds", "--request-id", "--manifest-sha256",
            "--file-name", "--job-base64", "--format", "--catalog");

    private final Map<String, String> values = new HashMap<>();
    private final List<String> files = new ArrayList<>();

    private SignCommandLine() {}

    static SignCommandLine parse(String[] arguments) {
        var line = new SignCommandLine();
        for (int i = 0; i < arguments.length; i++) {
            String argument = arguments[i];
            if (FLAGS.contains(argument)) {
                line.values.put(argument, "");
            } else if (OPTIONS.contains(argument)) {
                if (++i == arguments.length) {
                    throw new IllegalArgumentException(argument + " needs a value");
                }
                line.values.put(argument, arguments[i]);
            } else if (argument.startsWith("--")) {
                throw new IllegalArgumentException("unknown option " + argument);
            } else {
                line.files.add(argument);
            }
        }
        return line;
    }

    /**
     * The job's full name, exactly as given; by {@code --job-base64} for one that the platform's argument encoding would
     * change.
     */
    String job() {
        return has("--job-base64")
                ? new String(Base64.getDecoder().decode(value("--job-base64")), StandardCharsets.UTF_8)
                : value("--job");
    }

    boolean has(String option) {
        return values.containsKey(option);
    }

    /** The option's value, which may be empty. */
    String value(String option) {
        String value = values.get(option);
        if (value == null) {
            throw new IllegalArgumentException(option + " is missing");
        }
        return value;
    }

    String optional(String option, String fallback) {
        return values.getOrDefault(option, fallback);
    }

    long number(String option, long fallback) {
        return has(option) ? Long.parseLong(value(option)) : fallback;
    }

    Path path(String option) {
        return Path.of(value(option));
    }

    /** The files, relative to the workspace. */
    List<String> files() {
        if (files.isEmpty()) {
            throw new IllegalArgumentException("no file is named");
        }
        Path workspace = path("--workspace").toAbsolutePath();
        return files.stream()
                .map(file -> Path.of(file).isAbsolute() ? workspace.relativize(Path.of(file)).toString() : file)
                .toList();
    }
}
