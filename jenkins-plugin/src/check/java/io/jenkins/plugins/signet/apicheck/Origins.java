package io.jenkins.plugins.signet.apicheck;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Which artifact each declaration was made from: its comment says "Declared from ARTIFACT VERSION". */
final class Origins {
    private static final Pattern ORIGIN = Pattern.compile("Declared from ([\\w.-]+?),? ([\\w.-]+?)?[,. ]");

    private final Map<String, String> artifacts = new TreeMap<>();

    /**
     * Reads the sources of the declarations.
     *
     * @throws IOException a file cannot be read, or does not say where it is from
     */
    static Origins read(Path sources) throws IOException {
        Origins origins = new Origins();
        try (Stream<Path> paths = Files.walk(sources)) {
            for (Path path : paths.filter(file -> file.toString().endsWith(".java")).sorted().toList()) {
                String name = sources.relativize(path).toString().replace('\\', '/').replaceFirst("\\.java$", "");
                Matcher origin = ORIGIN.matcher(Files.readString(path));
                if (!origin.find()) {
                    throw new IOException(path + " does not say \"Declared from ARTIFACT VERSION.\"");
                }
                origins.artifacts.put(name, origin.group(1));
            }
        }
        return origins;
    }

    /** The artifact of a type, nested ones included; empty where it has no source here. */
    String artifactOf(String internalName) {
        return artifacts.getOrDefault(internalName.replaceFirst("\\$.*", ""), "");
    }
}
