package io.jenkins.plugins.signet.apicheck;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.tree.ClassNode;

/**
 * The class files below a directory: lying there, in jars, plugins (.jpi, .hpi) and .war files, and in jars within those.
 * Not safe for use by several threads.
 */
final class ClassFiles {
    private static final String CLASS = ".class";
    private static final String CLASSES_IN_WAR = "WEB-INF/classes/";

    private final Map<String, List<Found>> found = new LinkedHashMap<>();
    private final Set<String> archives = new TreeSet<>();
    private final Predicate<String> wanted;

    /** A class and the file that holds it. */
    record Found(ClassNode node, String archive) {}

    private ClassFiles(Predicate<String> wanted) {
        this.wanted = wanted;
    }

    /**
     * Reads a directory.
     *
     * @param directory is read with everything below it
     * @param wanted which classes to keep, by internal name ({@code hudson/model/Run$Summary})
     * @throws IOException a file cannot be read
     */
    static ClassFiles read(Path directory, Predicate<String> wanted) throws IOException {
        ClassFiles files = new ClassFiles(wanted);
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.filter(Files::isRegularFile).sorted().toList()) {
                String name = directory.relativize(path).toString().replace('\\', '/');
                if (name.endsWith(CLASS)) {
                    files.add(Files.readAllBytes(path), name, ".");
                } else if (isArchive(name)) {
                    try (InputStream content = Files.newInputStream(path)) {
                        files.readArchive(content, name);
                    }
                }
            }
        }
        return files;
    }

    /** Every version of a class that was found, each with the first archive that holds it; empty for none. */
    List<Found> find(String internalName) {
        return found.getOrDefault(internalName, List.of());
    }

    /** Internal names of all classes that were kept. */
    Set<String> names() {
        return found.keySet();
    }

    /** Whether an archive of this artifact was read, whatever its version. */
    boolean holdsArtifact(String artifact) {
        return archives.stream().map(ClassFiles::fileName).anyMatch(
                file -> file.matches("\\Q" + artifact + "\\E(-[0-9].*)?\\.(jar|jpi|hpi|war)"));
    }

    /** Paths of the archives that were read; a nested one behind its outer one and {@code !}. */
    Set<String> archives() {
        return archives;
    }

    private void readArchive(InputStream content, String archive) throws IOException {
        archives.add(archive);
        ZipInputStream zip = new ZipInputStream(content);
        for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
            String name = entry.getName();
            if (isArchive(name)) {
                // Not closed: that would close the outer one.
                readArchive(zip, archive + "!" + name);
            } else if (name.endsWith(CLASS) && !name.startsWith("META-INF/")) {
                String plain = name.startsWith(CLASSES_IN_WAR) ? name.substring(CLASSES_IN_WAR.length()) : name;
                if (wanted.test(plain.substring(0, plain.length() - CLASS.length()))) {
                    add(zip.readAllBytes(), archive + "!" + name, archive);
                }
            }
        }
    }

    private void add(byte[] bytes, String where, String archive) {
        ClassNode node = new ClassNode();
        try {
            new ClassReader(bytes).accept(node, ClassReader.SKIP_CODE | ClassReader.SKIP_DEBUG);
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException exception) {
            throw new UncheckedIOException(new IOException(where + " is no class file that can be read", exception));
        }
        if (!wanted.test(node.name)) {
            return;
        }
        List<Found> versions = found.computeIfAbsent(node.name, name -> new ArrayList<>());
        String text = TypeText.of(node);
        if (versions.stream().noneMatch(version -> TypeText.of(version.node()).equals(text))) {
            versions.add(new Found(node, archive));
        }
    }

    private static boolean isArchive(String name) {
        return name.matches(".*\\.(jar|jpi|hpi|war)");
    }

    private static String fileName(String archive) {
        return archive.substring(Math.max(archive.lastIndexOf('/'), archive.lastIndexOf('!')) + 1);
    }
}
