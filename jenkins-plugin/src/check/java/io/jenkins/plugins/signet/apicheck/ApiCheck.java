package io.jenkins.plugins.signet.apicheck;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.ClassNode;

/**
 * Compares the declarations with class files and prints what differs.
 *
 * <p>Exit code 0: every declaration was compared and none differs. 1: something differs, or a class is missing from an
 * artifact that is there. 2: the arguments or a file are wrong. 3: nothing differs, but artifacts are missing, so that not
 * everything was compared.
 */
public final class ApiCheck {
    static final int EQUAL = 0;
    static final int DIFFERENT = 1;
    static final int UNUSABLE = 2;
    static final int INCOMPLETE = 3;

    private ApiCheck() {}

    /** @param arguments directories: sources of the declarations, their classes, the classes made against them, real class files */
    public static void main(String[] arguments) {
        System.exit(run(List.of(arguments), System.out));
    }

    static int run(List<String> arguments, PrintStream out) {
        if (arguments.size() != 4) {
            out.println("usage: ApiCheck SOURCES CLASSES PLUGIN REAL");
            out.println("SOURCES and CLASSES are those of the declarations, PLUGIN has the classes that were compiled against them;");
            out.println("REAL is a directory with jars, .jpi, .hpi or .war files, or class files.");
            return UNUSABLE;
        }
        List<Path> directories = arguments.stream().map(Path::of).toList();
        for (Path directory : directories) {
            if (!Files.isDirectory(directory)) {
                out.println("There is no directory " + directory);
                return UNUSABLE;
            }
        }
        try {
            return check(directories.get(0), directories.get(1), directories.get(2), directories.get(3), out);
        } catch (IOException | java.io.UncheckedIOException exception) {
            out.println(exception.getMessage());
            return UNUSABLE;
        }
    }

    private static int check(Path sources, Path classes, Path plugin, Path realDirectory, PrintStream out) throws IOException {
        Origins origins = Origins.read(sources);
        ClassFiles declared = ClassFiles.read(classes, name -> true);
        ClassFiles real = ClassFiles.read(realDirectory, name -> true);
        Map<String, Integer> compared = new TreeMap<>();
        Map<String, Integer> absent = new TreeMap<>();
        int different = 0;
        for (String name : new TreeSet<>(declared.names())) {
            String artifact = origins.artifactOf(name);
            List<ClassFiles.Found> versions = real.find(name);
            if (versions.isEmpty()) {
                if (real.holdsArtifact(artifact)) {
                    out.println(name + "\n  is not in " + artifact);
                    different++;
                } else {
                    absent.merge(artifact, 1, Integer::sum);
                }
                continue;
            }
            for (ClassFiles.Found version : versions) {
                List<String> differences = TypeComparison.compare(
                        declared.find(name).get(0).node(), version.node(), first(real));
                if (!differences.isEmpty()) {
                    out.println(name + " in " + version.archive());
                    differences.forEach(difference -> out.println("  " + difference));
                    different++;
                }
                compared.merge(version.archive(), 1, Integer::sum);
            }
        }
        different += checkSubclasses(ClassFiles.read(plugin, name -> true), real, out);
        compared.forEach((archive, count) -> out.println("compared with " + archive + ": " + count));
        absent.forEach((artifact, count) -> out.println("not compared, no " + artifact + " there: " + count));
        out.println(different == 0 ? "Nothing differs." : different + " differ.");
        return different > 0 ? DIFFERENT : absent.isEmpty() && !compared.isEmpty() ? EQUAL : INCOMPLETE;
    }

    /** Classes of ours that can be made an object of must leave nothing of the real types abstract. */
    private static int checkSubclasses(ClassFiles ours, ClassFiles real, PrintStream out) {
        AbstractMethods methods = new AbstractMethods(
                name -> ours.names().contains(name) ? first(ours).apply(name) : first(real).apply(name));
        int different = 0;
        for (String name : new TreeSet<>(ours.names())) {
            ClassNode node = first(ours).apply(name);
            if (!Modifiers.has(node.access, Opcodes.ACC_ABSTRACT) && !methods.of(node).isEmpty()) {
                out.println(name);
                methods.of(node).forEach(method -> out.println("  does not implement " + method));
                different++;
            }
        }
        return different;
    }

    private static Function<String, ClassNode> first(ClassFiles files) {
        return name -> files.find(name).stream().findFirst().map(ClassFiles.Found::node).orElse(null);
    }
}
