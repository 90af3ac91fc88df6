package io.jenkins.plugins.signet.apicheck;

import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.tree.ClassNode;

/** The generic signature of a class in its parts (JVMS 4.7.9.1): type parameters, superclass, interfaces. */
record Signatures(String parameters, List<String> supertypes) {
    static Signatures of(ClassNode node) {
        if (node.signature == null) {
            List<String> plain = new ArrayList<>(List.of("L" + node.superName + ";"));
            node.interfaces.forEach(type -> plain.add("L" + type + ";"));
            return new Signatures("", plain);
        }
        String text = node.signature;
        int start = 0;
        if (text.startsWith("<")) {
            start = endOfBrackets(text);
        }
        List<String> supertypes = new ArrayList<>();
        int depth = 0;
        int from = start;
        for (int index = start; index < text.length(); index++) {
            switch (text.charAt(index)) {
                case '<' -> depth++;
                case '>' -> depth--;
                case ';' -> {
                    if (depth == 0) {
                        supertypes.add(text.substring(from, index + 1));
                        from = index + 1;
                    }
                }
                default -> { }
            }
        }
        return new Signatures(text.substring(0, start), supertypes);
    }

    private static int endOfBrackets(String text) {
        int depth = 0;
        for (int index = 0; ; index++) {
            if (text.charAt(index) == '<') {
                depth++;
            } else if (text.charAt(index) == '>' && --depth == 0) {
                return index + 1;
            }
        }
    }
}
