package io.jenkins.plugins.signet.apicheck;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AnnotationNode;
import org.objectweb.asm.tree.MethodNode;

/**
 * The annotations that matter to those who compile against a type: what Jenkins, Stapler, SezPoz and the compiler act on,
 * what forbids a use, and what says that a value can be null. Others are left out: NonNull too, because a value of which
 * nothing is said is taken not to be null.
 */
final class Annotations {
    private static final Set<String> MATTERING = Set.of(
            "java.lang.Deprecated", "java.lang.FunctionalInterface",
            "java.lang.annotation.Documented", "java.lang.annotation.Inherited", "java.lang.annotation.Repeatable",
            "java.lang.annotation.Retention", "java.lang.annotation.Target",
            "edu.umd.cs.findbugs.annotations.CheckForNull", "edu.umd.cs.findbugs.annotations.Nullable",
            "hudson.Extension",
            "net.java.sezpoz.Indexable", "org.jvnet.hudson.annotation_indexer.Indexed",
            "org.jenkinsci.Symbol",
            "org.kohsuke.accmod.Restricted",
            "org.kohsuke.stapler.AncestorInPath", "org.kohsuke.stapler.DataBoundConstructor",
            "org.kohsuke.stapler.DataBoundSetter", "org.kohsuke.stapler.InjectedParameter",
            "org.kohsuke.stapler.QueryParameter", "org.kohsuke.stapler.bind.JavaScriptMethod",
            "org.kohsuke.stapler.export.Exported", "org.kohsuke.stapler.export.ExportedBean",
            "org.kohsuke.stapler.interceptor.InterceptorAnnotation", "org.kohsuke.stapler.interceptor.RequirePOST",
            "org.kohsuke.stapler.verb.GET", "org.kohsuke.stapler.verb.HttpVerbInterceptor.Verb",
            "org.kohsuke.stapler.verb.POST", "org.kohsuke.stapler.WebMethod");

    private Annotations() {}

    /** The annotations that matter, as Java would write them. */
    static Set<String> of(List<AnnotationNode> visible, List<AnnotationNode> invisible) {
        Set<String> texts = new TreeSet<>();
        for (List<AnnotationNode> annotations : java.util.Arrays.asList(visible, invisible)) {
            if (annotations != null) {
                for (AnnotationNode annotation : annotations) {
                    if (MATTERING.contains(Type.getType(annotation.desc).getClassName().replace('$', '.'))) {
                        texts.add(text(annotation));
                    }
                }
            }
        }
        return texts;
    }

    /** Those of a method's parameters, each with the parameter's number, from 0. */
    static Set<String> ofParameters(MethodNode method) {
        Set<String> texts = new TreeSet<>();
        int count = Type.getArgumentTypes(method.desc).length;
        for (int index = 0; index < count; index++) {
            for (String text : of(at(method.visibleParameterAnnotations, index, count), at(method.invisibleParameterAnnotations, index, count))) {
                texts.add("parameter " + index + " " + text);
            }
        }
        return texts;
    }

    /** A value of an annotation or its default, as Java would write it. */
    static String value(Object value) {
        if (value instanceof List<?> items) {
            List<String> texts = new ArrayList<>();
            items.forEach(item -> texts.add(value(item)));
            return texts.size() == 1 ? texts.get(0) : "{" + String.join(", ", texts) + "}";
        }
        if (value instanceof String[] constant) {
            return constant[1];
        }
        if (value instanceof Type type) {
            return type.getClassName() + ".class";
        }
        if (value instanceof AnnotationNode annotation) {
            return text(annotation);
        }
        return value instanceof String ? '"' + value.toString() + '"' : String.valueOf(value);
    }

    private static String text(AnnotationNode annotation) {
        String name = Type.getType(annotation.desc).getClassName();
        StringBuilder text = new StringBuilder("@").append(name.substring(name.lastIndexOf('.') + 1));
        if (annotation.values != null) {
            List<String> values = new ArrayList<>();
            for (int index = 0; index < annotation.values.size(); index += 2) {
                values.add(annotation.values.get(index) + "=" + value(annotation.values.get(index + 1)));
            }
            text.append('(').append(String.join(", ", values)).append(')');
        }
        return text.toString();
    }

    // A compiler may leave out parameters that the source does not write (JVMS 4.7.18): those of inner classes and enums.
    private static List<AnnotationNode> at(List<AnnotationNode>[] parameters, int index, int count) {
        int at = parameters == null ? -1 : index - (count - parameters.length);
        return at < 0 ? null : parameters[at];
    }
}
