package io.jenkins.plugins.signet.apicheck;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.FieldNode;
import org.objectweb.asm.tree.MethodNode;

/**
 * What differs between the declaration of a type and the real one. A declaration may leave members and interfaces out.
 * Members that a plugin cannot name are never compared.
 */
final class TypeComparison {
    private final ClassNode declared;
    private final ClassNode real;
    private final Function<String, ClassNode> realTypes;
    private final List<String> differences = new ArrayList<>();

    private TypeComparison(ClassNode declared, ClassNode real, Function<String, ClassNode> realTypes) {
        this.declared = declared;
        this.real = real;
        this.realTypes = realTypes;
    }

    /**
     * Compares one type.
     *
     * @param realTypes finds other real types by internal name; gives null for none
     * @return what differs, a sentence each; empty where nothing does
     */
    static List<String> compare(ClassNode declared, ClassNode real, Function<String, ClassNode> realTypes) {
        TypeComparison comparison = new TypeComparison(declared, real, realTypes);
        comparison.compareType();
        comparison.compareFields();
        comparison.compareMethods();
        return comparison.differences;
    }

    private void compareType() {
        differ("modifiers", Modifiers.ofType(declared).strip(), Modifiers.ofType(real).strip());
        differ("superclass", declared.superName, real.superName);
        for (String type : declared.interfaces) {
            if (!real.interfaces.contains(type)) {
                differences.add("interface " + type + " is not one of the real type's: " + real.interfaces);
            }
        }
        Signatures declaredSignature = Signatures.of(declared);
        Signatures realSignature = Signatures.of(real);
        differ("type parameters", declaredSignature.parameters(), realSignature.parameters());
        for (String type : declaredSignature.supertypes()) {
            // A supertype that is another one altogether was told above.
            if (!realSignature.supertypes().contains(type)
                    && raw(realSignature.supertypes()).contains(raw(List.of(type)).get(0))) {
                differences.add("supertype " + type + " has other type arguments: " + realSignature.supertypes());
            }
        }
        compareAnnotations("", Annotations.of(declared.visibleAnnotations, declared.invisibleAnnotations),
                Annotations.of(real.visibleAnnotations, real.invisibleAnnotations));
    }

    private static List<String> raw(List<String> signatures) {
        return signatures.stream().map(text -> text.replaceAll("<.*>", "")).toList();
    }

    private void compareFields() {
        for (FieldNode field : declared.fields) {
            if (Modifiers.isHidden(field.access)) {
                continue;
            }
            String what = "field " + field.name + ": ";
            FieldNode other = real.fields.stream().filter(each -> each.name.equals(field.name)).findFirst().orElse(null);
            if (other == null) {
                differences.add(what + "the real type has none" + inherited(type -> type.fields.stream()
                        .anyMatch(each -> each.name.equals(field.name) && each.desc.equals(field.desc))));
                continue;
            }
            differ(what + "type", field.desc, other.desc);
            differ(what + "modifiers", Modifiers.ofField(field.access).strip(), Modifiers.ofField(other.access).strip());
            differ(what + "generic type", field.signature, other.signature);
            // A constant is compiled into those that use it.
            differ(what + "constant", field.value, other.value);
            compareAnnotations(what, Annotations.of(field.visibleAnnotations, field.invisibleAnnotations),
                    Annotations.of(other.visibleAnnotations, other.invisibleAnnotations));
        }
    }

    private void compareMethods() {
        for (MethodNode method : declared.methods) {
            if (Modifiers.isHidden(method.access) || method.name.equals("<clinit>")) {
                continue;
            }
            String what = "method " + method.name + method.desc + ": ";
            MethodNode other = find(real, method);
            if (other == null) {
                List<String> namesakes = real.methods.stream()
                        .filter(each -> each.name.equals(method.name) && !Modifiers.isHidden(each.access)).map(each -> each.desc).toList();
                differences.add(what + "the real type has none"
                        + (namesakes.isEmpty() ? "" : " with this descriptor, but " + namesakes)
                        + inherited(type -> find(type, method) != null));
                continue;
            }
            differ(what + "modifiers", Modifiers.ofMethod(method.access).strip(), Modifiers.ofMethod(other.access).strip());
            differ(what + "generic signature", method.signature, other.signature);
            differ(what + "exceptions", new TreeSet<>(exceptions(method)), new TreeSet<>(exceptions(other)));
            differ(what + "default", Annotations.value(method.annotationDefault), Annotations.value(other.annotationDefault));
            compareAnnotations(what, Annotations.of(method.visibleAnnotations, method.invisibleAnnotations),
                    Annotations.of(other.visibleAnnotations, other.invisibleAnnotations));
            compareAnnotations(what, Annotations.ofParameters(method), Annotations.ofParameters(other));
        }
    }

    private void compareAnnotations(String what, Set<String> ours, Set<String> theirs) {
        for (String annotation : theirs) {
            if (!ours.contains(annotation)) {
                differences.add(what + "the real one has " + annotation + ", the declaration has not");
            }
        }
        for (String annotation : ours) {
            if (!theirs.contains(annotation)) {
                differences.add(what + "the declaration has " + annotation + ", the real one has not");
            }
        }
    }

    private void differ(String what, Object ours, Object theirs) {
        if (!Objects.equals(ours, theirs)) {
            differences.add(what + ": declared " + shown(ours) + ", but it is " + shown(theirs));
        }
    }

    /** Where a member that the type does not have itself comes from, as far as that can be read. */
    private String inherited(java.util.function.Predicate<ClassNode> has) {
        for (ClassNode type = real; type != null && type.superName != null; ) {
            type = realTypes.apply(type.superName);
            if (type != null && has.test(type)) {
                return "; it inherits one from " + type.name;
            }
        }
        return "";
    }

    private static MethodNode find(ClassNode type, MethodNode method) {
        return type.methods.stream()
                .filter(each -> each.name.equals(method.name) && each.desc.equals(method.desc)
                        && !Modifiers.has(each.access, Opcodes.ACC_PRIVATE))
                .findFirst().orElse(null);
    }

    private static List<String> exceptions(MethodNode method) {
        return method.exceptions == null ? List.of() : method.exceptions;
    }

    private static String shown(Object value) {
        String text = String.valueOf(value);
        return value == null || text.isEmpty() ? "nothing" : text;
    }
}
