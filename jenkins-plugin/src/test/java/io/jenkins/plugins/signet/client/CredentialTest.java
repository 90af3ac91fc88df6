package io.jenkins.plugins.signet.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialTest {
    @Test
    void authorization_ofTheRfcsExample_isItsHeader() {
        // RFC 7617 section 2.
        assertEquals(
                "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
                new Credential("Aladdin", "open sesame".toCharArray()).authorization());
    }

    @Test
    void authorization_withCharactersBeyondAscii_isUtf8() {
        // RFC 7617 section 2.1: the pound sign becomes C2 A3.
        assertEquals("Basic dGVzdDoxMjPCow==", new Credential("test", "123\u00a3".toCharArray()).authorization());
    }

    @Test
    void toString_doesNotShowTheSecret() {
        assertFalse(new Credential("name", "s3cret".toCharArray()).toString().contains("s3cret"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a:b"})
    void constructor_withANameThatBasicCannotCarry_isRefused(String name) {
        assertThrows(IllegalArgumentException.class, () -> new Credential(name, new char[0]));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "signing.example.com:7443", "https://signing.example.com:7443", "https://signing.example.com:7443/", "[::1]:7443"
    })
    void parseAddress_ofHostAndPort_isTaken(String address) throws Exception {
        assertEquals(7443, GrpcWebChannel.parseAddress(address).getPort());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "signing.example.com", "http://signing.example.com:7443", "https://h:1/path", "https://h:1?q", "u@h:1", "h:0", "a b:1"
    })
    void parseAddress_ofAnythingElse_isRefused(String address) {
        assertEquals(
                FailureReason.INVALID_REQUEST,
                assertThrows(SignetException.class, () -> GrpcWebChannel.parseAddress(address)).reason());
    }
}
