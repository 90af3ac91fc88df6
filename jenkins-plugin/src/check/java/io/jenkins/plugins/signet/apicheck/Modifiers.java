package io.jenkins.plugins.signet.apicheck;

import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.InnerClassNode;

/** Modifiers in words. Those that bind nobody else (synchronized, native, strictfp, transient) are left out. */
final class Modifiers {
    private Modifiers() {}

    /** Of a class, an interface or an annotation, nested or not (JVMS 4.1 and 4.7.6). */
    static String ofType(ClassNode node) {
        int access = node.access;
        for (InnerClassNode inner : node.innerClasses) {
            if (inner.name.equals(node.name)) {
                // The class' own flags cannot say static, protected or private.
                access = inner.access;
            }
        }
        String kind = has(access, Opcodes.ACC_ANNOTATION) ? "@interface "
                : has(access, Opcodes.ACC_INTERFACE) ? "interface "
                : has(access, Opcodes.ACC_ENUM) ? "enum "
                : "class ";
        // An interface is abstract, and static within a class, without saying so.
        boolean isInterface = has(access, Opcodes.ACC_INTERFACE);
        return visibility(access)
                + (has(access, Opcodes.ACC_STATIC) && !isInterface ? "static " : "")
                + (has(access, Opcodes.ACC_ABSTRACT) && !isInterface ? "abstract " : "")
                + (has(access, Opcodes.ACC_FINAL) ? "final " : "")
                + kind;
    }

    /** Of a method (JVMS 4.6). */
    static String ofMethod(int access) {
        return ofMember(access) + (has(access, Opcodes.ACC_VARARGS) ? "varargs " : "");
    }

    /** Of a field (JVMS 4.5). */
    static String ofField(int access) {
        return ofMember(access);
    }

    /** Whether a member is private, of its package alone, or made by the compiler: a plugin cannot name it. */
    static boolean isHidden(int access) {
        return !has(access, Opcodes.ACC_PUBLIC | Opcodes.ACC_PROTECTED) || has(access, Opcodes.ACC_SYNTHETIC);
    }

    static boolean has(int access, int flag) {
        return (access & flag) != 0;
    }

    private static String ofMember(int access) {
        List<String> words = new ArrayList<>();
        if (has(access, Opcodes.ACC_STATIC)) {
            words.add("static ");
        }
        if (has(access, Opcodes.ACC_ABSTRACT)) {
            words.add("abstract ");
        }
        if (has(access, Opcodes.ACC_FINAL)) {
            words.add("final ");
        }
        return visibility(access) + String.join("", words);
    }

    private static String visibility(int access) {
        return has(access, Opcodes.ACC_PUBLIC) ? "public "
                : has(access, Opcodes.ACC_PROTECTED) ? "protected "
                : has(access, Opcodes.ACC_PRIVATE) ? "private "
                : "";
    }
}
