package io.jenkins.plugins.signet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import hudson.AbortException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;

/** What Snippet Generator, Job DSL and Configuration as Code rely on: each value goes in and comes out again. */
class StepParametersTest {
    static Stream<Object> fresh() {
        return Stream.of(new SignCodeStep("a", "p", "c"), new SignCodeBuilder("a", "p", "c"));
    }

    @ParameterizedTest
    @MethodSource("fresh")
    void emptyForm_isTheSameAsNoForm(Object step) throws Exception {
        for (Method setter : setters(step.getClass())) {
            if (setter.getParameterTypes()[0] == String.class) {
                setter.invoke(step, "  ");
                // A generated snippet leaves out what is null.
                Assertions.assertNull(getter(step.getClass(), setter).invoke(step), setter::getName);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("fresh")
    void everyParameter_comesOutAsItWentIn(Object step) throws Exception {
        for (Method setter : setters(step.getClass())) {
            Class<?> type = setter.getParameterTypes()[0];
            Object value = type == int.class ? 7 : type == boolean.class ? true : "append";
            setter.invoke(step, value);
            assertEquals(value, getter(step.getClass(), setter).invoke(step), setter::getName);
        }
    }

    @ParameterizedTest
    @MethodSource("fresh")
    void theDefaultChoiceOfTheForm_isLeftOut(Object step) throws Exception {
        step.getClass().getMethod("setIfSigned", String.class).invoke(step, "fail");
        Assertions.assertNull(step.getClass().getMethod("getIfSigned").invoke(step));
    }

    @ParameterizedTest
    @ValueSource(classes = {SignCodeStep.class, SignCodeBuilder.class, SigningAgent.class})
    void everyConstructorParameter_hasItsGetter(Class<?> type) throws Exception {
        var constructor = Stream.of(type.getConstructors())
                .filter(candidate -> candidate.isAnnotationPresent(DataBoundConstructor.class)).findFirst().orElseThrow();
        for (var parameter : constructor.getParameters()) {
            assertNotNull(type.getMethod("get" + capital(parameter.getName())));
        }
    }

    @Test
    void globalConfiguration_hasGetterAndSetterOfOneType() throws Exception {
        assertEquals(
                SignetGlobalConfiguration.class.getMethod("getAgents").getGenericReturnType(),
                SignetGlobalConfiguration.class.getMethod("setAgents", List.class).getGenericParameterTypes()[0]);
    }

    @Test
    void check_ofAnUnknownChoice_isRefused() {
        var settings = new SigningSettings("a", "p", "c");
        settings.ifSigned = "maybe";
        assertEquals(
                "ifSigned is one of fail, skip, append and replace, not 'maybe'",
                Assertions.assertThrows(AbortException.class, settings::check).getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "dist/a.txt,,false,,catalog is a path in the workspace that ends with .cat",
        "../a.cat,,false,,is not a path of a file inside the workspace",
        "dist//a.cat,,false,,catalog is a path in the workspace that ends with .cat",
        "a.cat,cms,false,,format and catalog do not go together",
        "a.cat,,true,,pageHashes and catalog do not go together",
        "a.cat,,false,skip,ifSigned 'skip' and catalog do not go together",
        "a.cat,,false,append,ifSigned 'append' and catalog do not go together",
    })
    void check_ofACatalogAndWhatDoesNotGoWithIt_isRefused(
            String catalog, String format, boolean pageHashes, String ifSigned, String why) throws Exception {
        var settings = new SigningSettings("a", "p", "c");
        settings.catalog = catalog;
        settings.format = format;
        settings.pageHashes = pageHashes;
        settings.ifSigned = ifSigned;
        String told = Assertions.assertThrows(AbortException.class, settings::check).getMessage();
        Assertions.assertTrue(told.contains(why), told);
    }

    @Test
    void check_ofACatalogOnWindows_takesItAsAName() throws Exception {
        var settings = new SigningSettings("a", "p", "c");
        settings.catalog = "dist\\Release.CAT";
        settings.ifSigned = "replace";
        settings.check();
        assertEquals("dist/Release.CAT", settings.toTask().choices().catalog());
    }

    private static List<Method> setters(Class<?> type) {
        var setters = new ArrayList<Method>(Arrays.stream(type.getMethods())
                .filter(method -> method.isAnnotationPresent(DataBoundSetter.class)).toList());
        assertEquals(12, setters.size());
        return setters;
    }

    private static Method getter(Class<?> type, Method setter) throws Exception {
        String name = setter.getName().substring(3);
        return type.getMethod((setter.getParameterTypes()[0] == boolean.class ? "is" : "get") + name);
    }

    private static String capital(String name) {
        return Character.toUpperCase(name.charAt(0)) + name.substring(1);
    }
}
