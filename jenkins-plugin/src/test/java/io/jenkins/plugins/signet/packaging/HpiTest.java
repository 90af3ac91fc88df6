package io.jenkins.plugins.signet.packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.signet.SignCodeBuilder;
import io.jenkins.plugins.signet.SignCodeStep;
import io.jenkins.plugins.signet.SigningAgent;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.JarInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Looks into signet.hpi as a controller of the baseline would. */
class HpiTest {
    private static final Path HPI = Path.of(System.getProperty("signet.hpi"));
    private static final long MAX_BYTES = 4L << 20;

    /** Entries of each library in the package. */
    private static final Map<String, Map<String, byte[]>> LIBRARIES = new TreeMap<>();

    private static Attributes manifest;

    @BeforeAll
    static void open() throws Exception {
        try (var hpi = new JarFile(HPI.toFile())) {
            manifest = hpi.getManifest().getMainAttributes();
            for (ZipEntry entry : (Iterable<ZipEntry>) hpi.stream().map(e -> (ZipEntry) e)::iterator) {
                if (entry.getName().startsWith("WEB-INF/lib/")) {
                    LIBRARIES.put(entry.getName().substring("WEB-INF/lib/".length()), entries(hpi.getInputStream(entry)));
                }
            }
        }
    }

    @Test
    void manifest_hasWhatThePluginManagerReads() {
        assertEquals("signet", manifest.getValue("Short-Name"));
        assertEquals("2.479.1", manifest.getValue("Jenkins-Version"));
        assertEquals("17", manifest.getValue("Minimum-Java-Version"));
        assertEquals("true", manifest.getValue("Support-Dynamic-Loading"));
        assertNotNull(manifest.getValue("Long-Name"));
        assertTrue(manifest.getValue("Plugin-Version").matches("\\d+(\\.\\d+)+.*"));
        Set<String> dependencies = new HashSet<>();
        Set<String> optional = new HashSet<>();
        for (String dependency : manifest.getValue("Plugin-Dependencies").split(",")) {
            String[] parts = dependency.split(":");
            // resolution:=optional has a colon too.
            assertEquals(dependency.endsWith(";resolution:=optional") ? 3 : 2, parts.length, dependency);
            (dependency.endsWith(";resolution:=optional") ? optional : dependencies).add(parts[0]);
        }
        assertEquals(Set.of("workflow-step-api", "structs", "credentials", "plain-credentials"), dependencies);
        assertEquals(Set.of("git", "workflow-cps", "workflow-job"), optional);
    }

    @Test
    void innerJar_carriesTheSameManifest() throws Exception {
        try (var hpi = new ZipFile(HPI.toFile());
                var jar = new JarInputStream(hpi.getInputStream(hpi.getEntry("WEB-INF/lib/signet.jar")))) {
            // Without it Jenkins' class filter (JEP-200) refuses our classes in XStream and remoting.
            assertEquals(manifest, jar.getManifest().getMainAttributes());
        }
    }

    @Test
    void libraries_areOursAndProtobufAlone() {
        assertEquals(Set.of("signet.jar", "protobuf-java-3.21.12.jar"), LIBRARIES.keySet());
        for (var library : LIBRARIES.entrySet()) {
            String home = library.getKey().startsWith("signet") ? "io/jenkins/plugins/signet/" : "com/google/protobuf/";
            for (String entry : library.getValue().keySet()) {
                assertTrue(!entry.endsWith(".class") || entry.startsWith(home), () -> entry + " in " + library.getKey());
            }
        }
    }

    @Test
    void size_isBelowFourMegabytes() throws Exception {
        assertTrue(Files.size(HPI) < MAX_BYTES);
    }

    @Test
    void extensionIndex_namesEveryExtension() throws Exception {
        List<String> names = new ArrayList<>();
        try (var index = new ObjectInputStream(new ByteArrayInputStream(ours("META-INF/annotations/hudson.Extension")))) {
            Object item;
            while ((item = index.readObject()) != null) {
                var field = item.getClass().getDeclaredField("className");
                field.setAccessible(true);
                names.add((String) field.get(item));
            }
        }
        assertEquals(
                Set.of(
                        "io.jenkins.plugins.signet.SignCodeStep$DescriptorImpl",
                        "io.jenkins.plugins.signet.SignCodeBuilder$DescriptorImpl",
                        "io.jenkins.plugins.signet.SigningAgent$DescriptorImpl",
                        "io.jenkins.plugins.signet.PipelineFacts",
                        "io.jenkins.plugins.signet.GitFacts",
                        "io.jenkins.plugins.signet.SignetGlobalConfiguration"),
                new HashSet<>(names));
    }

    @Test
    void symbolIndex_namesEverySymbol() throws Exception {
        String index = new String(ours("META-INF/services/annotations/org.jenkinsci.Symbol"), StandardCharsets.UTF_8);
        for (String name : List.of("SignCodeBuilder$DescriptorImpl", "SigningAgent$DescriptorImpl", "SignetGlobalConfiguration")) {
            assertTrue(index.contains("io.jenkins.plugins.signet." + name), () -> name + " is not in\n" + index);
        }
    }

    @Test
    void parameterNames_ofConstructors_areKept() {
        assertParameters(SignCodeStep.class, "files", "profile", "credentialsId");
        assertParameters(SignCodeBuilder.class, "files", "profile", "credentialsId");
        assertParameters(SigningAgent.class, "name", "addresses", "caCertificates", "clientCertificateId");
    }

    @Test
    void entries_haveOneFixedDate() throws Exception {
        try (var hpi = new ZipFile(HPI.toFile())) {
            assertEquals(1, hpi.stream().map(ZipEntry::getTimeLocal).distinct().count());
        }
    }

    @Test
    void package_hasTheLicencesOfWhatItHolds() throws Exception {
        try (var hpi = new ZipFile(HPI.toFile())) {
            assertNotNull(hpi.getEntry("WEB-INF/licenses/signet.txt"));
            assertNotNull(hpi.getEntry("WEB-INF/licenses/protobuf-java.txt"));
        }
    }

    private static void assertParameters(Class<?> type, String... names) {
        var constructor = type.getConstructors()[0];
        assertEquals(List.of(names), Arrays.stream(constructor.getParameters()).map(p -> p.getName()).toList());
        assertTrue(constructor.getParameters()[0].isNamePresent());
    }

    private static byte[] ours(String name) {
        byte[] content = LIBRARIES.get("signet.jar").get(name);
        assertNotNull(content, () -> name + " is not in signet.jar");
        return content;
    }

    private static Map<String, byte[]> entries(InputStream stream) throws IOException {
        Map<String, byte[]> entries = new TreeMap<>();
        try (var jar = new java.util.zip.ZipInputStream(stream)) {
            ZipEntry entry;
            while ((entry = jar.getNextEntry()) != null) {
                entries.put(entry.getName(), jar.readAllBytes());
            }
        }
        return entries;
    }
}
