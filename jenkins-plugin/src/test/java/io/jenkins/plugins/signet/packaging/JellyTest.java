package io.jenkins.plugins.signet.packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** Checks the pages as far as that goes without Jenkins. */
class JellyTest {
    private static final Path PLUGIN = Path.of(System.getProperty("signet.plugin"));
    private static final Path RESOURCES = PLUGIN.resolve("src/main/resources");
    private static final Path OURS = RESOURCES.resolve("io/jenkins/plugins/signet");
    private static final Pattern KEY = Pattern.compile("\\$\\{%([^}(]+)[^}]*}");
    private static final Pattern MESSAGE = Pattern.compile("Messages\\.([A-Za-z_]+)\\(");

    static Stream<Path> pages() throws IOException {
        return files(RESOURCES, ".jelly");
    }

    static Stream<Path> helpFiles() throws IOException {
        return files(RESOURCES, ".html");
    }

    @ParameterizedTest
    @MethodSource("pages")
    void page_escapesByDefault(Path page) throws Exception {
        assertEquals("<?jelly escape-by-default='true'?>", Files.readAllLines(page).get(0));
    }

    @ParameterizedTest
    @MethodSource("pages")
    void page_isWellFormedAndHasNoScriptStyleOrHandler(Path page) throws Exception {
        var elements = parse(Files.readString(page)).getElementsByTagName("*");
        for (int i = 0; i < elements.getLength(); i++) {
            Element element = (Element) elements.item(i);
            assertFalse(Set.of("script", "style").contains(element.getTagName()), element::getTagName);
            for (int a = 0; a < element.getAttributes().getLength(); a++) {
                String attribute = element.getAttributes().item(a).getNodeName();
                assertFalse(attribute.startsWith("on") || attribute.equals("style"), () -> attribute + " in " + page);
            }
        }
        assertFalse(Files.readString(page).contains("rawHtml"));
    }

    @ParameterizedTest
    @MethodSource("pages")
    void page_hasATextForEveryKey_andNoTextWithoutKey(Path page) throws Exception {
        Set<String> used = new TreeSet<>();
        Matcher keys = KEY.matcher(Files.readString(page));
        while (keys.find()) {
            used.add(keys.group(1));
        }
        Path bundle = Path.of(page.toString().replace(".jelly", ".properties"));
        assertEquals(used, Files.exists(bundle) ? new TreeSet<>(load(bundle).stringPropertyNames()) : Set.of());
    }

    @ParameterizedTest
    @MethodSource("pages")
    void page_hasHelpForEveryField(Path page) throws Exception {
        var entries = parse(Files.readString(page)).getElementsByTagName("f:entry");
        for (int i = 0; i < entries.getLength(); i++) {
            Element entry = (Element) entries.item(i);
            // A tag's fields have their help at the step, which the attribute says.
            String help = entry.getAttribute("help");
            Path home = help.isEmpty() ? page.getParent() : OURS.resolve("SignCodeStep");
            String field = entry.getAttribute("field");
            assertTrue(help.isEmpty() || help.equals("${stepHelp}/" + field), help);
            assertTrue(Files.exists(home.resolve("help-" + field + ".html")), () -> "no help for " + field + " in " + page);
        }
    }

    @ParameterizedTest
    @MethodSource("helpFiles")
    void help_isOneDivWithoutScript(Path help) throws Exception {
        Element root = parse(Files.readString(help)).getDocumentElement();
        assertEquals("div", root.getTagName());
        assertEquals(0, root.getElementsByTagName("script").getLength());
    }

    @Test
    void step_hasAFieldForEveryParameter() throws Exception {
        Set<String> fields = new HashSet<>();
        Matcher entries = Pattern.compile("f:entry field=\"(\\w+)\"").matcher(Files.readString(OURS.resolve("tags/fields.jelly")));
        while (entries.find()) {
            fields.add(entries.group(1));
        }
        for (Class<?> type : List.of(
                io.jenkins.plugins.signet.SignCodeStep.class, io.jenkins.plugins.signet.SignCodeBuilder.class)) {
            Set<String> properties = Stream.of(type.getDeclaredMethods())
                    .filter(method -> method.getParameterCount() == 0)
                    .map(method -> method.getName())
                    .filter(name -> name.matches("(get|is)[A-Z].*"))
                    .map(name -> name.replaceFirst("^(get|is)", ""))
                    .map(name -> Character.toLowerCase(name.charAt(0)) + name.substring(1))
                    .collect(Collectors.toSet());
            assertEquals(fields, properties, type.getSimpleName());
        }
    }

    @Test
    void messages_areAllUsedAndAllThere() throws Exception {
        Set<String> used = new TreeSet<>();
        for (Path source : files(PLUGIN.resolve("src/main/java"), ".java").toList()) {
            Matcher calls = MESSAGE.matcher(Files.readString(source));
            while (calls.find()) {
                used.add(calls.group(1));
            }
        }
        Set<String> declared = load(OURS.resolve("Messages.properties")).stringPropertyNames().stream()
                .map(key -> key.replace('.', '_'))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(declared, used);
    }

    @Test
    void plugin_hasItsDescription() {
        assertTrue(Files.exists(RESOURCES.resolve("index.jelly")));
    }

    private static Stream<Path> files(Path root, String suffix) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(path -> path.toString().endsWith(suffix)).sorted().toList().stream();
        }
    }

    private static Properties load(Path bundle) throws IOException {
        var properties = new Properties();
        try (Reader reader = Files.newBufferedReader(bundle)) {
            properties.load(reader);
        }
        return properties;
    }

    private static Document parse(String xml) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
        DocumentBuilder builder = factory.newDocumentBuilder();
        return builder.parse(new org.xml.sax.InputSource(new java.io.StringReader(xml)));
    }
}
