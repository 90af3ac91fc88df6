package io.jenkins.plugins.signet.signing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.jenkins.plugins.signet.client.FailureReason;
import io.jenkins.plugins.signet.client.ManifestEntry;
import io.jenkins.plugins.signet.client.RequestStates;
import io.jenkins.plugins.signet.client.SignetException;
import io.jenkins.plugins.signet.proto.CreateRequestRequest;
import io.jenkins.plugins.signet.proto.ErrorReason;
import io.jenkins.plugins.signet.proto.ExistingSignature;
import io.jenkins.plugins.signet.proto.RequestState;
import io.jenkins.plugins.signet.proto.SigningRequest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SigningPlanTest {
    private static final String ID = "0f8fad5b-d9cb-469f-a165-70867728950e";
    private static final SigningPlan PLAN = SigningPlan.create(
            ID,
            new BuildIdentity("products/app/main", 42, "https://ci/42", "alice", List.of("Started by alice"), "win-1", null,
                    null),
            List.of(new ManifestEntry("dist/a.exe", 10, new byte[32]), new ManifestEntry("b.dll", 20, new byte[32])),
            new SigningPlan.Choices("release", IfSigned.APPEND, "App", null, null, null, false));

    @Test
    void fromBytes_ofAKeptPlan_isTheVerySameRequest() {
        SigningPlan again = SigningPlan.fromBytes(PLAN.toBytes(), IfSigned.APPEND);
        assertEquals(PLAN.toMessage(), again.toMessage());
        assertArrayEquals(PLAN.toBytes(), again.toBytes());
        assertEquals(ID, again.requestId());
        assertEquals("b.dll", again.files().get(1).name());
    }

    @Test
    void fromBytes_ofOtherBytes_isRefused() {
        assertThrows(IllegalArgumentException.class, () -> SigningPlan.fromBytes(new byte[] {1, 2, 3}, IfSigned.FAIL));
    }

    @Test
    void toMessage_tellsTheAgentTheWholeBuild() {
        CreateRequestRequest message = PLAN.toMessage();
        assertEquals("products/app/main", message.getBuild().getJobFullName());
        assertEquals(42, message.getBuild().getNumber());
        assertEquals("alice", message.getBuild().getStartedBy());
        assertEquals("win-1", message.getBuild().getNode());
        assertFalse(message.getBuild().hasScm());
        assertFalse(message.getBuild().hasDefinitionSha256());
        assertEquals("App", message.getOptions().getDescription());
        assertEquals(ExistingSignature.EXISTING_SIGNATURE_APPEND, message.getOptions().getExistingSignature());
    }

    @Test
    void toMessage_ofAPlanWithoutMoreChoices_makesNone() {
        assertEquals("", PLAN.toMessage().getOptions().getFormat());
        assertEquals("", PLAN.toMessage().getOptions().getCatalog());
        assertFalse(PLAN.toMessage().getOptions().getPageHashes());
        assertNull(PLAN.catalog());
    }

    @Test
    void fromBytes_ofAPlanWithACatalog_hasItStill() {
        var choices = new SigningPlan.Choices("release", IfSigned.FAIL, null, null, null, "dist\\release.cat", false);
        SigningPlan plan = SigningPlan.create(ID, BuildIdentity.of("job", 1, ""), PLAN.files(), choices);
        SigningPlan again = SigningPlan.fromBytes(plan.toBytes(), IfSigned.FAIL);
        assertEquals("dist/release.cat", again.catalog().name());
        assertEquals(0, again.catalog().sizeBytes());
        assertEquals(2, again.files().size(), "the catalog is not uploaded");
    }

    @ParameterizedTest
    @EnumSource(IfSigned.class)
    void fromValue_ofEachValue_isItsChoice(IfSigned choice) {
        assertEquals(choice, IfSigned.fromValue(choice.value()));
    }

    @Test
    void fromValue_ofNothing_isFail() {
        assertEquals(IfSigned.FAIL, IfSigned.fromValue(null));
        assertEquals(IfSigned.FAIL, IfSigned.fromValue(""));
        assertThrows(IllegalArgumentException.class, () -> IfSigned.fromValue("FAIL"));
    }

    @ParameterizedTest
    @CsvSource({
        "REQUEST_STATE_DENIED,ERROR_REASON_UNSPECIFIED,DENIED", "REQUEST_STATE_EXPIRED,ERROR_REASON_UNSPECIFIED,EXPIRED",
        "REQUEST_STATE_CANCELLED,ERROR_REASON_UNSPECIFIED,CANCELLED",
        "REQUEST_STATE_FAILED,ERROR_REASON_TOKEN_FAILED,TOKEN_FAILED"
    })
    void failureOf_aRequestThatEnded_hasItsReason(RequestState state, ErrorReason ended, FailureReason expected) {
        SignetException failure = RequestStates.failureOf(SigningRequest.newBuilder()
                .setState(state).setEndedReason(ended).setEndedDetail("why").build());
        assertEquals(expected, failure.reason());
        assertEquals("why", failure.getMessage());
        assertFalse(failure.retryable());
    }

    @Test
    void toMap_leavesOutWhatIsNotKnown() {
        Map<String, String> map = new SigningResult("a.exe", "00", "11", "CN=x", "22", null, "signet/11", null).toMap();
        assertEquals(List.of("path", "sha256Before", "sha256After", "subject", "thumbprint", "receipt"), List.copyOf(map.keySet()));
        assertNull(map.get("timestamp"));
    }

    @Test
    void below_aDirectoryOutside_isRefused() throws Exception {
        assertThrows(SignetException.class, () -> SigningTargets.below("../out"));
        assertEquals("out/a.exe", SigningTargets.below("out").of("a.exe"));
        assertEquals("a.exe", SigningTargets.below("").of("a.exe"));
    }
}
