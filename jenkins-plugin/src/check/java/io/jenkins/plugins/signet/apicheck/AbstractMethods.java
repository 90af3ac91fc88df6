package io.jenkins.plugins.signet.apicheck;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.MethodNode;

/**
 * What a class leaves to its subclasses, over all supertypes that can be read: of the classes given, and of the JDK. A type
 * that cannot be read adds nothing. A class of ours that leaves anything would compile against a declaration which is silent
 * about it, and fail in Jenkins with an AbstractMethodError.
 */
final class AbstractMethods {
    private final Function<String, ClassNode> classes;

    /** @param classes finds a class by its internal name; null where there is none */
    AbstractMethods(Function<String, ClassNode> classes) {
        this.classes = classes;
    }

    /** Names with descriptors of the methods that a class leaves abstract. */
    Set<String> of(ClassNode node) {
        Set<String> left = new TreeSet<>();
        all(node).forEach((method, isAbstract) -> {
            if (isAbstract) {
                left.add(method);
            }
        });
        return left;
    }

    private Map<String, Boolean> all(ClassNode node) {
        Map<String, Boolean> methods = new TreeMap<>();
        for (String type : node.interfaces) {
            // A default method of one interface does not implement that of another, but overrides what it extends; such
            // finer points make no difference to what is compared here.
            ClassNode found = find(type);
            if (found != null) {
                all(found).forEach((method, isAbstract) -> methods.merge(method, isAbstract, Boolean::logicalAnd));
            }
        }
        if (node.superName != null && !Modifiers.has(node.access, Opcodes.ACC_INTERFACE)) {
            ClassNode found = find(node.superName);
            if (found != null) {
                // A method of a class wins over one of an interface (JVMS 5.4.3.3).
                all(found).forEach((method, isAbstract) -> methods.merge(method, isAbstract, Boolean::logicalAnd));
            }
        }
        for (MethodNode method : node.methods) {
            if (!Modifiers.has(method.access, Opcodes.ACC_STATIC | Opcodes.ACC_PRIVATE)) {
                methods.put(method.name + method.desc, Modifiers.has(method.access, Opcodes.ACC_ABSTRACT));
            }
        }
        return methods;
    }

    private ClassNode find(String name) {
        ClassNode node = classes.apply(name);
        return node != null || !name.startsWith("java/") ? node : ofJdk(name);
    }

    private static ClassNode ofJdk(String name) {
        try (InputStream content = ClassLoader.getSystemResourceAsStream(name + ".class")) {
            if (content == null) {
                return null;
            }
            ClassNode node = new ClassNode();
            new ClassReader(content).accept(node, ClassReader.SKIP_CODE | ClassReader.SKIP_DEBUG);
            return node;
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }
}
