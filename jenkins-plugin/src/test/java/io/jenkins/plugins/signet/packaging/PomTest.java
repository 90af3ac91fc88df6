package io.jenkins.plugins.signet.packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/**
 * Holds pom.xml, which this build cannot run, against the package that this build makes; and what src/jenkins-test calls of
 * the plugin against the plugin. What these tests call of Jenkins cannot be checked here.
 */
class PomTest {
    private static final Path PLUGIN = Path.of(System.getProperty("signet.plugin"));
    private static final Path HPI = Path.of(System.getProperty("signet.hpi"));
    private static final List<String> FOLLOWS = List.of(
            "compiler.err.cant.resolve", "compiler.err.doesnt.exist", "compiler.err.static.imp.only.classes.and.interfaces",
            // Of a lambda whose interface is not known.
            "compiler.err.unreported.exception");
    private static final Pattern PLUGIN_TYPE = Pattern.compile("\\b(SignCode(Step|Builder)|SigningAgent|SignetGlobalConfiguration)\\b");
    private static final XPath XPATH = XPathFactory.newInstance().newXPath();

    private static Document pom;

    @BeforeAll
    static void read() throws Exception {
        pom = parse(PLUGIN.resolve("pom.xml"));
    }

    @Test
    void coordinates_areThoseOfThePackage() throws Exception {
        assertEquals(manifest("Group-Id"), text("/project/groupId"));
        assertEquals(manifest("Artifact-Id"), text("/project/artifactId"));
        assertEquals(manifest("Long-Name"), text("/project/name"));
        assertEquals(manifest("Plugin-Version"), text("/project/properties/revision"));
        assertEquals("hpi", text("/project/packaging"));
    }

    @Test
    void baseline_isThatOfThePackage() throws Exception {
        String baseline = text("/project/properties/jenkins.baseline");
        assertTrue(manifest("Jenkins-Version").startsWith(baseline + "."), baseline);
        assertTrue(text("/project/properties/jenkins.version").startsWith("${jenkins.baseline}."));
        assertEquals("bom-${jenkins.baseline}.x", text("/project/dependencyManagement/dependencies/dependency/artifactId"));
    }

    @Test
    void dependencies_areThePluginsOfThePackageAndTheLibraryThatItHolds() throws Exception {
        Set<String> expected = plugins(false);
        expected.add("protobuf-java");
        assertEquals(expected, new TreeSet<>(texts("/project/dependencies/dependency[not(optional='true')]/artifactId")));
        List<String> optional = texts("/project/dependencies/dependency[optional='true']/artifactId");
        assertTrue(optional.containsAll(plugins(true)), () -> plugins(true) + " are optional, in pom.xml only " + optional);
        assertEquals("protobuf-java", text("/project/properties/hpi.bundledArtifacts"));
        try (JarFile hpi = new JarFile(HPI.toFile())) {
            assertEquals(1, hpi.stream().filter(entry -> entry.getName().matches("WEB-INF/lib/protobuf-java-[\\d.]+\\.jar")).count());
        }
    }

    @Test
    void versions_areLeftToTheBom() throws Exception {
        assertEquals(List.of("${protobuf.version}"), texts("/project/dependencies/dependency/version"));
        assertEquals(List.of(), texts("/project/profiles/profile/dependencies/dependency/version"));
    }

    @Test
    void namedDirectories_exist() throws Exception {
        List<String> directories = Stream.of(texts("//protoSourceRoot"), texts("//source"), texts("//resource/directory"))
                .flatMap(List::stream).map(name -> name.replace("${project.basedir}/", "")).toList();
        assertEquals(4, directories.size(), directories::toString);
        for (String directory : directories) {
            assertTrue(Files.isDirectory(PLUGIN.resolve(directory)), directory);
        }
        assertTrue(Files.isRegularFile(PLUGIN.resolve("../protos").resolve(text("//protoSourceRoot/../includes/include"))));
    }

    @Test
    void jenkinsTests_callThePluginAsItIs() throws Exception {
        List<Path> sources;
        try (Stream<Path> paths = Files.walk(PLUGIN.resolve("src/jenkins-test/java"))) {
            sources = paths.filter(path -> path.toString().endsWith(".java")).toList();
        }
        assertFalse(sources.isEmpty());
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        Path output = Files.createTempDirectory("jenkins-test");
        try (StandardJavaFileManager files = compiler.getStandardFileManager(diagnostics, null, null)) {
            compiler.getTask(
                    null, files, diagnostics,
                    // Errors of resolution must not keep the compiler from looking at the bodies.
                    List.of("-proc:none", "-XDshould-stop.ifError=FLOW", "-Xmaxerrs", "10000", "-d", output.toString(),
                            "-cp", Stream.of("target/classes", "target/jenkins-api").map(name -> PLUGIN.resolve(name).toString())
                                    .collect(Collectors.joining(java.io.File.pathSeparator))),
                    null, files.getJavaFileObjectsFromPaths(sources)).call();
        } finally {
            Files.delete(output);
        }
        List<String> errors = diagnostics.getDiagnostics().stream()
                .filter(each -> each.getKind() == Diagnostic.Kind.ERROR).filter(PomTest::concernsThePlugin).map(Object::toString).toList();
        assertEquals(List.of(), errors);
    }

    /**
     * Types of Jenkins, its test harness and other plugins are not there. What follows from that is passed over, whatever else
     * is wrong is wrong: the syntax, and calls of the plugin.
     */
    private static boolean concernsThePlugin(Diagnostic<? extends JavaFileObject> error) {
        String message = error.getMessage(java.util.Locale.ROOT);
        boolean follows = FOLLOWS.stream().anyMatch(error.getCode()::startsWith);
        return !follows || PLUGIN_TYPE.matcher(message).find();
    }

    private static Set<String> plugins(boolean optional) {
        return Arrays.stream(manifest("Plugin-Dependencies").split(","))
                .filter(dependency -> dependency.contains("resolution:=optional") == optional)
                .map(dependency -> dependency.substring(0, dependency.indexOf(':')))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String manifest(String name) {
        try (JarFile hpi = new JarFile(HPI.toFile())) {
            return hpi.getManifest().getMainAttributes().getValue(name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(String path) throws Exception {
        List<String> found = texts(path);
        assertEquals(1, found.size(), path);
        return found.get(0);
    }

    private static List<String> texts(String path) throws Exception {
        NodeList nodes = (NodeList) XPATH.evaluate(path, pom, XPathConstants.NODESET);
        return IntStream.range(0, nodes.getLength()).mapToObj(index -> nodes.item(index).getTextContent().strip()).toList();
    }

    private static Document parse(Path file) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        return factory.newDocumentBuilder().parse(file.toFile());
    }
}
