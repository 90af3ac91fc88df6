package io.jenkins.plugins.signet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.signet.client.ManifestEntry;
import io.jenkins.plugins.signet.signing.BuildIdentity;
import io.jenkins.plugins.signet.signing.IfSigned;
import io.jenkins.plugins.signet.signing.SigningPlan;
import io.jenkins.plugins.signet.signing.SigningState;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What a restart of the controller leaves of a running step. */
class SignCodeExecutionStateTest {
    @Test
    void requestId_isARandomUuidInItsLowerCaseForm() {
        UUID id = UUID.fromString(new SigningState(0).requestId());
        assertEquals(4, id.version());
        assertEquals(id.toString(), id.toString().toLowerCase(java.util.Locale.ROOT));
    }

    @Test
    void execution_writtenBeforeHashing_comesBackWithTheSameRequestId() throws Exception {
        SignCodeExecution execution = execution();
        var state = new SigningState(System.currentTimeMillis() + 60_000);
        set(execution, "state", state);

        SigningState again = (SigningState) get(copy(execution), "state");
        assertEquals(state.requestId(), again.requestId());
        assertFalse(again.mayBeOpen());
        assertNull(again.plan(IfSigned.FAIL));
        assertFalse(again.deadline().expired());
    }

    @Test
    void execution_writtenAfterHashing_comesBackWithTheWholeRequest() throws Exception {
        SignCodeExecution execution = execution();
        var state = new SigningState(System.currentTimeMillis() - 1);
        SigningPlan plan = SigningPlan.create(
                state.requestId(), BuildIdentity.of("job", 1, ""), List.of(new ManifestEntry("a.exe", 3, new byte[32])),
                new SigningPlan.Choices("release", IfSigned.REPLACE));
        state.keep(plan);
        set(execution, "state", state);

        SignCodeExecution again = copy(execution);
        SigningState kept = (SigningState) get(again, "state");
        assertTrue(kept.mayBeOpen());
        assertEquals(plan.toMessage(), kept.plan(IfSigned.REPLACE).toMessage());
        assertTrue(kept.deadline().expired(), "the time before the restart counts");
        assertEquals("release", ((SigningSettings) get(again, "settings")).profile);
        assertNotNull(again.getStatus());
    }

    @Test
    void everyKeptField_isOfATypeThatPipelineCanReadBack() {
        assertKept(SignCodeExecution.class, new HashSet<>());
    }

    /** JBoss Marshalling, with which Pipeline keeps steps, cannot set the fields of records. */
    private static void assertKept(Class<?> type, Set<Class<?>> seen) {
        if (!seen.add(type)) {
            return;
        }
        for (Field field : type.getDeclaredFields()) {
            if (Modifier.isStatic(field.getModifiers()) || Modifier.isTransient(field.getModifiers())) {
                continue;
            }
            Class<?> kept = field.getType();
            assertFalse(kept.isRecord(), () -> field + " is a record");
            assertTrue(
                    kept.isPrimitive() || kept.isArray() || java.io.Serializable.class.isAssignableFrom(kept),
                    () -> field + " cannot be kept");
            if (kept.getName().startsWith("io.jenkins.plugins.signet")) {
                assertKept(kept, seen);
            }
        }
    }

    private static SignCodeExecution execution() {
        return new SignCodeExecution(null, new SigningSettings("**/*.exe", "release", "signer"));
    }

    private static SignCodeExecution copy(SignCodeExecution execution) throws Exception {
        var bytes = new ByteArrayOutputStream();
        try (var output = new ObjectOutputStream(bytes)) {
            output.writeObject(execution);
        }
        try (var input = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (SignCodeExecution) input.readObject();
        }
    }

    private static void set(Object target, String name, Object value) throws Exception {
        Field field = target.getClass().getDeclaredField(name);
        field.setAccessible(true);
        field.set(target, value);
    }

    private static Object get(Object target, String name) throws Exception {
        Field field = target.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field.get(target);
    }
}
