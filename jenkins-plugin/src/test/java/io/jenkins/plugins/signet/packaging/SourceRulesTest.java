package io.jenkins.plugins.signet.packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.signet.SignCodeBuilder;
import io.jenkins.plugins.signet.SignCodeStep;
import io.jenkins.plugins.signet.SignetGlobalConfiguration;
import io.jenkins.plugins.signet.SigningAction;
import io.jenkins.plugins.signet.SigningAgent;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.kohsuke.stapler.verb.GET;
import org.kohsuke.stapler.verb.POST;

/** Rules of the plugin's sources that a compiler does not hold. */
class SourceRulesTest {
    private static final Path SOURCES =
            Path.of(System.getProperty("signet.plugin"), "src", "main", "java", "io", "jenkins", "plugins", "signet");
    private static final Pattern IMPORT = Pattern.compile("^import (?:static )?([\\w.]+);", Pattern.MULTILINE);

    @Test
    void clientAndSigning_importNothingOfJenkins() throws Exception {
        for (String part : List.of("client", "signing")) {
            for (Path source : sources(SOURCES.resolve(part))) {
                Matcher imports = IMPORT.matcher(Files.readString(source));
                while (imports.find()) {
                    String name = imports.group(1);
                    assertTrue(
                            name.matches("(java|javax\\.net|com\\.google\\.protobuf|io\\.jenkins\\.plugins\\.signet\\.(client|proto)"
                                    + ").*"),
                            () -> source.getFileName() + " imports " + name);
                }
            }
        }
    }

    @Test
    void everyWebMethod_isPostOnly() {
        List<Method> methods = new ArrayList<>();
        for (Class<?> type : List.of(
                SignCodeStep.DescriptorImpl.class, SignCodeBuilder.DescriptorImpl.class, SigningAgent.DescriptorImpl.class,
                SignetGlobalConfiguration.class)) {
            for (Method method : type.getDeclaredMethods()) {
                if (method.getName().startsWith("do")) {
                    methods.add(method);
                }
            }
        }
        assertFalse(methods.isEmpty());
        assertEquals(List.of(), methods.stream().filter(method -> method.getAnnotation(POST.class) == null).toList());
    }

    @Test
    void everyDownload_checksThatTheBuildMayBeRead() throws Exception {
        String text = Files.readString(SOURCES.resolve("SigningAction.java"));
        List<Method> downloads = Stream.of(SigningAction.class.getDeclaredMethods())
                .filter(method -> method.getName().startsWith("do")).toList();
        assertEquals(2, downloads.size());
        for (Method download : downloads) {
            assertTrue(download.isAnnotationPresent(GET.class), download::getName);
            String body = text.substring(text.indexOf("void " + download.getName() + "("));
            // The first thing that it does.
            assertTrue(
                    body.substring(body.indexOf('{') + 1).strip().startsWith("run.checkPermission(Item.READ);"), download::getName);
        }
    }

    @Test
    void build_keepsRequestIdsAloneInItsXml() {
        assertEquals(
                List.of("requestIds"),
                Stream.of(SigningAction.class.getDeclaredFields())
                        .filter(field -> !Modifier.isTransient(field.getModifiers()) && !Modifier.isStatic(field.getModifiers()))
                        .map(java.lang.reflect.Field::getName).toList());
    }

    @Test
    void whatRunsOnNodes_knowsNoSecret() throws Exception {
        for (Path source : sources(SOURCES.resolve("workspace"))) {
            String text = Files.readString(source);
            for (String word : List.of("Secret", "Credential", "TlsIdentity", "SignetClient", "KeyStore")) {
                assertFalse(text.contains(word), () -> source.getFileName() + " mentions " + word);
            }
        }
    }

    private static List<Path> sources(Path directory) throws Exception {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList();
        }
    }
}
