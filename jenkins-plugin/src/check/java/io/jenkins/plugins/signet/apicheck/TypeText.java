package io.jenkins.plugins.signet.apicheck;

import java.util.List;
import java.util.TreeSet;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.FieldNode;
import org.objectweb.asm.tree.MethodNode;

/** All that can be compared of a class as one text, to tell whether two class files differ in it. */
final class TypeText {
    private TypeText() {}

    static String of(ClassNode node) {
        TreeSet<String> lines = new TreeSet<>();
        lines.add("type " + Modifiers.ofType(node) + node.name + " " + node.signature + " " + node.superName + node.interfaces
                + Annotations.of(node.visibleAnnotations, node.invisibleAnnotations));
        for (FieldNode field : node.fields) {
            lines.add("field " + field.access + " " + field.name + field.desc + field.signature + field.value
                    + Annotations.of(field.visibleAnnotations, field.invisibleAnnotations));
        }
        for (MethodNode method : node.methods) {
            lines.add("method " + method.access + " " + method.name + method.desc + method.signature
                    + new TreeSet<>(method.exceptions == null ? List.of() : method.exceptions)
                    + Annotations.of(method.visibleAnnotations, method.invisibleAnnotations)
                    + Annotations.ofParameters(method));
        }
        return String.join("\n", lines);
    }
}
