package io.jenkins.plugins.signet.apicheck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The check against jars that a compiler makes of a "real" library, which differs from its declaration in one thing. */
class ApiCheckTest {
    private static final String TYPE =
            """
            package lib;
            /** Declared from real-lib 1.0. */
            public abstract class Thing<T extends Comparable<T>> extends java.util.AbstractList<T> implements java.io.Serializable {
                public static final String NAME = "thing";
                protected java.util.List<String> names;
                protected Thing(int size) {}
                public static <U> U find(Class<U> type, Object... more) { return null; }
                public final boolean start(String name) throws java.io.IOException { return true; }
                public @Deprecated void old() {}
                public void nullable(@Mark String value) {}
                public @interface Mark { int order() default 1; }
            }
            """;

    @TempDir
    Path directory;

    @Test
    void equal_endsWithZero() throws Exception {
        String said = check(ApiCheck.EQUAL, TYPE, TYPE.replace("{}\n}", "{}\n    public void more() {}\n    private int secret;\n}"));
        assertTrue(said.contains("compared with real-lib-1.1.jar: 2"), said);
        assertTrue(said.contains("Nothing differs."), said);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "java.util.AbstractList | java.util.ArrayList | superclass: declared java/util/AbstractList, but it is java/util/ArrayList",
        "implements java.io.Serializable | implements Cloneable | interface java/io/Serializable is not one of the real type's",
        "public abstract class Thing | abstract class Thing | modifiers: declared public abstract class, but it is abstract class",
        "<T extends Comparable<T>> | <T extends Comparable<? super T>> | type parameters: declared <T::Ljava/lang/Comparable<TT;>;>",
        "AbstractList<T> | AbstractList<Object> | supertype Ljava/util/AbstractList<TT;>; has other type arguments",
        "\"thing\" | \"thong\" | field NAME: constant: declared thing, but it is thong",
        "static final String NAME | static String NAME | field NAME: modifiers: declared public static final",
        "List<String> names | List<Object> names | field names: generic type: declared Ljava/util/List<Ljava/lang/String;>;",
        "List<String> names | Set<String> names | field names: type: declared Ljava/util/List;, but it is Ljava/util/Set;",
        "java.util.List<String> names | int other | field names: the real type has none",
        "Thing(int size) | Thing(long size) | method <init>(I)V: the real type has none with this descriptor, but [(J)V]",
        "protected Thing | public Thing | method <init>(I)V: modifiers: declared protected, but it is public",
        "Object... more | Object[] more | modifiers: declared public static varargs, but it is public static",
        "static <U> U find | <U> U find | modifiers: declared public static varargs, but it is public varargs",
        "find(Class<U> type | find(Class<?> type | method find(Ljava/lang/Class;[Ljava/lang/Object;)Ljava/lang/Object;: generic signature",
        "boolean start | Object startNow | method start(Ljava/lang/String;)Z: the real type has none",
        "final boolean start | boolean start | modifiers: declared public final, but it is public",
        "java.io.IOException | InterruptedException | exceptions: declared [java/io/IOException], but it is [java/lang/InterruptedException]",
        "@Deprecated void old | void old | method old()V: the declaration has @Deprecated, the real one has not",
        "void nullable | @Deprecated void nullable | the real one has @Deprecated, the declaration has not",
        "int order() default 1 | int order() default 2 | method order()I: default: declared 1, but it is 2",
        "public @interface Mark | @interface Mark | lib/Thing$Mark",
        "public @interface Mark | @java.lang.annotation.Retention(java.lang.annotation.RetentionPolicy.RUNTIME) public @interface Mark"
                + " | the real one has @Retention(value=RUNTIME), the declaration has not",
        "class Thing | class Other | is not in real-lib",
    })
    void different_saysWhat(String part, String replacement, String expected) throws Exception {
        assertTrue(TYPE.contains(part), part);
        String real = TYPE.replace(part, replacement);
        // Whatever the type is called, its constructor is called like it.
        real = replacement.equals("class Other") ? real.replace("protected Thing", "protected Other") : real;
        String said = check(ApiCheck.DIFFERENT, TYPE, real);
        assertTrue(said.contains(expected), said);
    }

    @Test
    void nullness_matters() throws Exception {
        String annotations = "package edu.umd.cs.findbugs.annotations;\n/** Declared from real-lib 1.0. */\npublic @interface CheckForNull {}\n";
        String declared = "package lib;\n/** Declared from real-lib 1.0. */\npublic interface Finder { Object find(String name); }\n";
        String real = declared.replace("Object find(String", "@edu.umd.cs.findbugs.annotations.CheckForNull Object find("
                + "@edu.umd.cs.findbugs.annotations.CheckForNull String");
        String said = check(ApiCheck.DIFFERENT, List.of(declared, annotations), List.of(real, annotations), List.of());
        assertTrue(said.contains("find(Ljava/lang/String;)Ljava/lang/Object;: the real one has @CheckForNull"), said);
        assertTrue(said.contains("the real one has parameter 0 @CheckForNull"), said);
    }

    @Test
    void inheritedMember_isSaidToBeInherited() throws Exception {
        String base = "package lib;\n/** Declared from real-lib 1.0. */\npublic class Base { public void run() {} }\n";
        String declared = "package lib;\n/** Declared from real-lib 1.0. */\npublic class Sub extends Base { public void run() {} }\n";
        String real = "package lib;\npublic class Sub extends Base {}\n";
        String said = check(ApiCheck.DIFFERENT, List.of(base, declared), List.of(base, real), List.of());
        assertTrue(said.contains("method run()V: the real type has none; it inherits one from lib/Base"), said);
    }

    @Test
    void abstractMethodThatTheDeclarationLeavesOut_isFoundInOurSubclass() throws Exception {
        String declared = "package lib;\n/** Declared from real-lib 1.0. */\npublic abstract class Base { }\n";
        String real = "package lib;\npublic abstract class Base implements Runnable { }\n";
        List<String> plugin = List.of(
                "package ours;\npublic class Half extends lib.Base {}\n",
                "package ours;\npublic class Whole extends lib.Base { public void run() {} }\n",
                "package ours;\npublic abstract class Open extends lib.Base {}\n");
        String said = check(ApiCheck.DIFFERENT, List.of(declared), List.of(real), plugin);
        assertTrue(said.contains("ours/Half\n  does not implement run()V\n"), said);
        assertTrue(!said.contains("ours/Whole") && !said.contains("ours/Open"), said);
    }

    @Test
    void artifactThatIsNotThere_isNotCompared() throws Exception {
        String other = "package lib;\n/** Declared from other-lib 2.0, which Jenkins ships. */\npublic class Far {}\n";
        String said = check(ApiCheck.INCOMPLETE, List.of(TYPE, other), List.of(TYPE), List.of());
        assertTrue(said.contains("not compared, no other-lib there: 1"), said);
    }

    @Test
    void nestedJars_areRead() throws Exception {
        Layout layout = new Layout(List.of(TYPE), List.of(TYPE.replace("protected Thing", "public Thing")), List.of());
        Path jar = layout.real.resolve("real-lib-1.1.jar");
        Path war = layout.real.resolve("jenkins.war");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(war))) {
            zip.putNextEntry(new ZipEntry("WEB-INF/plugins/some.hpi"));
            zip.write(zipped("WEB-INF/lib/real-lib-1.1.jar", Files.readAllBytes(jar)));
            zip.putNextEntry(new ZipEntry("WEB-INF/classes/unrelated.txt"));
        }
        Files.delete(jar);
        String said = layout.check(ApiCheck.DIFFERENT);
        assertTrue(said.contains("lib/Thing in jenkins.war!WEB-INF/plugins/some.hpi!WEB-INF/lib/real-lib-1.1.jar\n"), said);
        assertTrue(said.contains("compared with jenkins.war!WEB-INF/plugins/some.hpi!WEB-INF/lib/real-lib-1.1.jar: 2"), said);
    }

    @Test
    void twoVersionsOfOneClass_areBothCompared() throws Exception {
        Layout layout = new Layout(List.of(TYPE), List.of(TYPE), List.of());
        Layout older = new Layout(List.of(TYPE), List.of(TYPE.replace("protected Thing", "public Thing")), List.of());
        Files.move(older.real.resolve("real-lib-1.1.jar"), layout.real.resolve("real-lib-0.9.jar"));
        String said = layout.check(ApiCheck.DIFFERENT);
        assertTrue(said.contains("lib/Thing in real-lib-0.9.jar"), said);
        assertTrue(!said.contains("lib/Thing in real-lib-1.1.jar"), said);
    }

    @Test
    void damagedClassFile_isNamed() throws Exception {
        Layout layout = new Layout(List.of(TYPE), List.of(TYPE), List.of());
        Files.write(layout.real.resolve("broken.jar"), zipped("lib/Broken.class", new byte[] {1, 2, 3}));
        String said = layout.check(ApiCheck.UNUSABLE);
        assertTrue(said.contains("broken.jar!lib/Broken.class is no class file"), said);
    }

    @Test
    void wrongArguments_areUnusable() {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        assertEquals(ApiCheck.UNUSABLE, ApiCheck.run(List.of("x"), new PrintStream(said, true, StandardCharsets.UTF_8)));
        String missing = directory.resolve("missing").toString();
        assertEquals(ApiCheck.UNUSABLE, ApiCheck.run(
                List.of(missing, missing, missing, missing), new PrintStream(said, true, StandardCharsets.UTF_8)));
        assertTrue(said.toString(StandardCharsets.UTF_8).contains("There is no directory " + missing));
    }

    private String check(int exitCode, String declared, String real) throws Exception {
        return check(exitCode, List.of(declared), List.of(real), List.of());
    }

    private String check(int exitCode, List<String> declared, List<String> real, List<String> plugin) throws Exception {
        return new Layout(declared, real, plugin).check(exitCode);
    }

    private static byte[] zipped(String name, byte[] content) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry(name));
            zip.write(content);
        }
        return bytes.toByteArray();
    }

    /** Declarations, what was compiled against them, and a directory with the jar of the real library. */
    private final class Layout {
        final Path sources;
        final Path declared;
        final Path plugin;
        final Path real;

        Layout(List<String> declarations, List<String> library, List<String> ours) throws Exception {
            Path root = Files.createTempDirectory(directory, "check");
            sources = write(root.resolve("sources"), declarations);
            declared = compile(root.resolve("declared"), sources, null);
            plugin = compile(root.resolve("plugin"), write(root.resolve("ours"), ours), declared);
            real = Files.createDirectory(root.resolve("real"));
            Path classes = compile(root.resolve("classes"), write(root.resolve("library"), library), null);
            try (OutputStream file = Files.newOutputStream(real.resolve("real-lib-1.1.jar"));
                    ZipOutputStream zip = new ZipOutputStream(file);
                    Stream<Path> paths = Files.walk(classes)) {
                for (Path path : paths.filter(Files::isRegularFile).sorted().toList()) {
                    zip.putNextEntry(new ZipEntry(classes.relativize(path).toString().replace('\\', '/')));
                    zip.write(Files.readAllBytes(path));
                }
            }
        }

        String check(int exitCode) {
            ByteArrayOutputStream said = new ByteArrayOutputStream();
            int actual = ApiCheck.run(
                    Stream.of(sources, declared, plugin, real).map(Path::toString).toList(),
                    new PrintStream(said, true, StandardCharsets.UTF_8));
            String text = said.toString(StandardCharsets.UTF_8);
            assertEquals(exitCode, actual, text);
            return text;
        }

        private static Path write(Path target, List<String> texts) throws Exception {
            Files.createDirectories(target);
            for (String text : texts) {
                String name = text.replaceFirst("(?s).*?package ([\\w.]+);.*", "$1").replace('.', '/') + "/"
                        + text.replaceFirst("(?s).*?public (abstract )?(class|interface|@interface) (\\w+).*", "$3");
                // The first public type of a text may follow annotations or a changed modifier.
                Path file = target.resolve(name + ".java");
                Files.createDirectories(file.getParent());
                Files.writeString(file, text);
            }
            return target;
        }

        private static Path compile(Path target, Path sources, Path library) throws Exception {
            Files.createDirectories(target);
            List<String> arguments = new ArrayList<>(List.of("--release", "17", "-proc:none", "-nowarn", "-d", target.toString()));
            if (library != null) {
                arguments.addAll(List.of("-cp", library.toString()));
            }
            try (Stream<Path> paths = Files.walk(sources)) {
                List<String> files = paths.filter(Files::isRegularFile).map(Path::toString).toList();
                if (files.isEmpty()) {
                    return target;
                }
                arguments.addAll(files);
            }
            JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
            ByteArrayOutputStream errors = new ByteArrayOutputStream();
            assertEquals(0, compiler.run(null, null, errors, arguments.toArray(String[]::new)), errors::toString);
            return target;
        }
    }
}
