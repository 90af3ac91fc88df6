package io.jenkins.plugins.signet.pages;

import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.MessageFormat;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.commons.jexl.Expression;
import org.apache.commons.jexl.ExpressionFactory;
import org.apache.commons.jexl.JexlContext;
import org.apache.commons.jexl.JexlHelper;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NamedNodeMap;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;

/**
 * Renders the plugin's pages as far as that goes without Jenkins. The expressions are evaluated by JEXL 1.1, which Jelly
 * uses; texts come from the bundles; what an expression gives is escaped. The tags of Jelly's core are done here, and of
 * Jenkins' own tags only what a reader of the page needs to see: it is not what a controller would send, byte for byte.
 * A tag that it does not know is an error.
 */
final class JellyRenderer {
    private static final Pattern EXPRESSION = Pattern.compile("\\$\\{([^}]*)}");
    private static final Pattern KEY = Pattern.compile("%(\\w+)(?:\\((.*)\\))?");

    private final Path resources;
    private final Map<String, Object> variables = new HashMap<>();
    private final StringBuilder html = new StringBuilder();

    private JellyRenderer(Path resources, Map<String, Object> variables) {
        this.resources = resources;
        this.variables.putAll(variables);
    }

    /** The page's HTML. */
    static String render(Path resources, String page, Map<String, Object> variables) throws Exception {
        var renderer = new JellyRenderer(resources, variables);
        renderer.page(resources.resolve(page));
        return renderer.html.toString();
    }

    private void page(Path page) throws Exception {
        Path bundle = Path.of(page.toString().replace(".jelly", ".properties"));
        var texts = new Properties();
        if (Files.exists(bundle)) {
            try (var reader = Files.newBufferedReader(bundle)) {
                texts.load(reader);
            }
        }
        Document document = DocumentBuilderFactory.newInstance().newDocumentBuilder()
                .parse(new InputSource(new StringReader(Files.readString(page))));
        children(document.getDocumentElement(), texts);
    }

    private void children(Element parent, Properties texts) throws Exception {
        for (Node child = parent.getFirstChild(); child != null; child = child.getNextSibling()) {
            if (child instanceof Element element) {
                element(element, texts);
            } else if (child.getNodeType() == Node.TEXT_NODE) {
                html.append(text(child.getNodeValue(), texts));
            }
        }
    }

    private void element(Element element, Properties texts) throws Exception {
        switch (element.getTagName()) {
            case "st:documentation" -> {}
            case "j:if" -> {
                if (truth(element.getAttribute("test"), texts)) {
                    children(element, texts);
                }
            }
            case "j:set" -> variables.put(element.getAttribute("var"), text(element.getAttribute("value"), texts));
            case "j:forEach" -> {
                for (Object item : (List<?>) value(expression(element.getAttribute("items")), texts)) {
                    variables.put(element.getAttribute("var"), item);
                    children(element, texts);
                }
            }
            case "j:choose" -> choose(element, texts);
            case "l:layout" -> {
                html.append("<title>").append(text(element.getAttribute("title"), texts)).append("</title>");
                children(element, texts);
            }
            case "l:main-panel", "f:advanced", "f:block", "f:repeatableProperty", "f:section" -> children(element, texts);
            case "l:app-bar" -> {
                html.append("<div class='jenkins-app-bar'><h1>").append(text(element.getAttribute("title"), texts)).append("</h1>");
                children(element, texts);
                html.append("</div>");
            }
            case "st:include", "f:repeatableDeleteButton" -> {}
            case "t:summary" -> {
                html.append("<p class='app-summary'><a href='").append(text(element.getAttribute("href"), texts)).append("'>");
                children(element, texts);
                html.append("</a></p>");
            }
            case "s:fields" -> page(resources.resolve("io/jenkins/plugins/signet/tags/fields.jelly"));
            case "f:entry" -> entry(element, texts);
            case "f:textbox", "f:number" -> html.append("<input type='text'/>");
            case "f:textarea" -> html.append("<textarea></textarea>");
            case "f:select", "c:select" -> html.append("<select></select>");
            case "f:checkbox" -> html.append("<label><input type='checkbox'/> ")
                    .append(text(element.getAttribute("title"), texts)).append("</label>");
            case "f:validateButton" -> html.append("<p><button>").append(text(element.getAttribute("title"), texts))
                    .append("</button></p>");
            default -> {
                if (element.getTagName().contains(":")) {
                    throw new IllegalStateException("this renderer does not know " + element.getTagName());
                }
                plain(element, texts);
            }
        }
    }

    private void entry(Element element, Properties texts) throws Exception {
        html.append("<div class='entry'><div class='label'>").append(text(element.getAttribute("title"), texts))
                .append(" <span class='help'>?</span></div>");
        children(element, texts);
        html.append("</div>");
    }

    private void choose(Element element, Properties texts) throws Exception {
        for (Node child = element.getFirstChild(); child != null; child = child.getNextSibling()) {
            if (child instanceof Element branch
                    && (branch.getTagName().equals("j:otherwise") || truth(branch.getAttribute("test"), texts))) {
                children(branch, texts);
                return;
            }
        }
    }

    private void plain(Element element, Properties texts) throws Exception {
        html.append('<').append(element.getTagName());
        NamedNodeMap attributes = element.getAttributes();
        for (int i = 0; i < attributes.getLength(); i++) {
            Node attribute = attributes.item(i);
            html.append(' ').append(attribute.getNodeName()).append("=\"").append(text(attribute.getNodeValue(), texts))
                    .append('"');
        }
        html.append('>');
        children(element, texts);
        html.append("</").append(element.getTagName()).append('>');
    }

    private boolean truth(String test, Properties texts) throws Exception {
        return value(expression(test), texts) instanceof Boolean truth && truth;
    }

    private static String expression(String attribute) {
        Matcher whole = EXPRESSION.matcher(attribute);
        if (!whole.matches()) {
            throw new IllegalStateException(attribute + " is no expression");
        }
        return whole.group(1);
    }

    /** Text with its expressions evaluated and what they give escaped. */
    private String text(String template, Properties texts) throws Exception {
        Matcher expressions = EXPRESSION.matcher(template);
        var result = new StringBuilder();
        int end = 0;
        while (expressions.find()) {
            result.append(escape(template.substring(end, expressions.start())))
                    .append(escape(String.valueOf(value(expressions.group(1), texts))));
            end = expressions.end();
        }
        return result.append(escape(template.substring(end))).toString();
    }

    private Object value(String expression, Properties texts) throws Exception {
        Matcher key = KEY.matcher(expression);
        if (key.matches()) {
            String pattern = texts.getProperty(key.group(1));
            if (pattern == null) {
                throw new IllegalStateException("no text for " + key.group(1));
            }
            var arguments = new ArrayList<Object>();
            for (String argument : key.group(2) == null ? new String[0] : key.group(2).split(",")) {
                arguments.add(value(argument.trim(), texts));
            }
            return MessageFormat.format(pattern, arguments.toArray());
        }
        Expression parsed = ExpressionFactory.createExpression(expression);
        JexlContext context = JexlHelper.createContext();
        context.setVars(new HashMap<>(variables));
        Object value = parsed.evaluate(context);
        if (value == null) {
            throw new IllegalStateException("nothing known of " + expression);
        }
        return value;
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;").replace("'", "&#39;");
    }
}
