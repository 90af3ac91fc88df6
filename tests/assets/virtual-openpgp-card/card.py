#!/usr/bin/python3
"""A virtual OpenPGP card (OpenPGP smart card application 3.4) for tests: it plugs itself into vsmartcard's virtual reader (vpcd).

usage: card.py DIRECTORY [PORT] [--pin-for-each-signature]

It has an RSA-2048 signature key and an RSA-2048 authentication key, and no decryption key. Their certificates are sig.der
and aut.der in DIRECTORY. PW1 is 123456 and PW3 is 12345678, three tries each, kept in DIRECTORY/tries and
DIRECTORY/admin-tries. DIRECTORY/serial is the card's serial number as OpenSC shows it: manufacturer and number in hex.
With --pin-for-each-signature PW1 is good for one signature of the signature key, as on a new card. While DIRECTORY/slow is
there, a signature takes a second. The card is pulled by ending this process.
"""
import argparse
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "virtual-card"))
from virtual_card import (  # noqa: E402
    BLOCKED, DATA_NOT_FOUND, FILE_NOT_FOUND, FIRST_PORT, NOT_SUPPORTED, OK, SECURITY_NOT_SATISFIED, WRONG_DATA, Card, Pin,
    Store, new_rsa_key, plug_in, rsa_public_key, rsa_sign, tlv, tries_left)

APPLICATION = bytes.fromhex("D27600012401")
VERSION = bytes.fromhex("0304")
# FFFF is the manufacturer of test cards.
MANUFACTURER = "ffff"

# How VERIFY names the passwords, section 7.2.2: PW1 for signatures, PW1 for everything else, PW3.
PW1_SIGNATURE, PW1_OTHER, PW3 = 0x81, 0x82, 0x83

# Control reference templates of the keys, section 7.2.14
SIGNATURE_KEY, AUTHENTICATION_KEY = b"\xb6\x00", b"\xa4\x00"

# An RSA key of 2048 bits with an exponent of 32, section 4.4.3.9
RSA_2048 = bytes.fromhex("010800002000")

# Historical bytes, section 6.1: command chaining, and in operation
HISTORICAL_BYTES = bytes.fromhex("0073000080059000")

# Extended capabilities, section 4.4.3.7: nothing but certificates of 2048 bytes and special objects of 255
CAPABILITIES = bytes.fromhex("00000000080000ff0000")


class OpenPgpCard(Card):
    """The card's state; section numbers are those of the application's specification, version 3.4."""

    def __init__(self, store, pin_for_each_signature):
        super().__init__(store)
        self.each = pin_for_each_signature
        self.pw1 = Pin(store, "tries", b"123456")
        self.pw3 = Pin(store, "admin-tries", b"12345678")
        self.serial = bytes.fromhex(store.read("serial", lambda: (MANUFACTURER + os.urandom(4).hex()).encode()).decode())
        self.signature_key = store.key("sig", new_rsa_key)
        self.authentication_key = store.key("aut", new_rsa_key)
        # In the order in which SELECT DATA counts them, section 7.2.5: authentication, decryption, signature
        self.certificates = [
            store.certificate("aut", self.authentication_key, "Signet test card"), b"",
            store.certificate("sig", self.signature_key, "Signet test card")]
        self.reset()

    def reset(self):
        self.verified = set()
        self.certificate = 0

    @property
    def identifier(self):
        """The full application identifier, section 4.2.1"""
        return APPLICATION + VERSION + self.serial + b"\0\0"

    def status(self):
        """PW status bytes, section 4.4.2: how long PW1 lasts, the longest passwords, and the tries of PW1, the resetting code and PW3"""
        return bytes([0 if self.each else 1, 127, 0, 127, self.pw1.tries, 0, self.pw3.tries])

    def fingerprints(self):
        """Of the signature, decryption and authentication key. Only that one is zero matters: there is no such key."""
        return b"\x01" * 20 + bytes(20) + b"\x03" * 20

    def object(self, tag):
        """A data object, section 4.4.1: a constructed one comes with its tag."""
        if tag == 0x6E:
            return tlv("6e", tlv("4f", self.identifier) + tlv("5f52", HISTORICAL_BYTES) + tlv("73", self.discretionary()))
        return {
            0x4F: self.identifier,
            0x5E: b"",
            0x65: tlv("65", tlv("5b", b"Card<<Test") + tlv("5f2d", b"en") + tlv("5f35", b"9")),
            0x7A: tlv("7a", tlv("93", self.store.number("signatures", 0).to_bytes(3, "big"))),
            0xC4: self.status(),
            0x5F50: b"",
            0x5F52: HISTORICAL_BYTES,
            0x7F21: self.certificates[self.certificate],
        }.get(tag)

    def discretionary(self):
        return (tlv("c0", CAPABILITIES) + tlv("c1", RSA_2048) + tlv("c2", RSA_2048) + tlv("c3", RSA_2048) + tlv("c4", self.status())
                + tlv("c5", self.fingerprints()) + tlv("c6", bytes(60)) + tlv("cd", bytes(12)))

    def handle(self, instruction, p1, p2, data):
        if instruction == 0xA4:
            return self.answer(tlv("6f", tlv("84", self.identifier))) if data and self.identifier.startswith(data) else FILE_NOT_FOUND
        if instruction == 0xCA:
            found = self.object(p1 << 8 | p2)
            return DATA_NOT_FOUND if found is None else self.answer(found)
        if instruction == 0xA5:
            return self.select_data(p1)
        if instruction == 0x20:
            return self.verify(p1, p2, data)
        if (instruction, p1) == (0x47, 0x81):
            return self.public_key(data)
        if (instruction, p1, p2) == (0x2A, 0x9E, 0x9A):
            return self.sign(data)
        if instruction == 0x88:
            return self.authenticate(data)
        return NOT_SUPPORTED

    def select_data(self, number):
        if number >= len(self.certificates):
            return DATA_NOT_FOUND
        self.certificate = number
        return OK

    def verify(self, p1, reference, value):
        """Section 7.2.2. A wrong password is answered by 6982, and only a question without a password by its tries."""
        if reference not in (PW1_SIGNATURE, PW1_OTHER, PW3):
            return DATA_NOT_FOUND
        if p1 == 0xFF:
            self.verified.discard(reference)
            return OK
        password = self.pw3 if reference == PW3 else self.pw1
        if not value:
            return OK if reference in self.verified else tries_left(password.tries)
        if password.tries == 0:
            return BLOCKED
        self.verified.discard(reference)
        if not password.check(value):
            return SECURITY_NOT_SATISFIED
        self.verified.add(reference)
        return OK

    def public_key(self, template):
        key = {SIGNATURE_KEY: self.signature_key, AUTHENTICATION_KEY: self.authentication_key}.get(template)
        return self.answer(rsa_public_key(key)) if key else DATA_NOT_FOUND

    def sign(self, digest_info):
        """COMPUTE DIGITAL SIGNATURE, section 7.2.10"""
        if PW1_SIGNATURE not in self.verified:
            return SECURITY_NOT_SATISFIED
        if self.each:
            self.verified.discard(PW1_SIGNATURE)
        self.store.write("signatures", str(self.store.number("signatures", 0) + 1).encode())
        return self.use(self.signature_key, digest_info)

    def authenticate(self, digest_info):
        """INTERNAL AUTHENTICATE, section 7.2.13"""
        return self.use(self.authentication_key, digest_info) if PW1_OTHER in self.verified else SECURITY_NOT_SATISFIED

    def use(self, key, digest_info):
        # At most 40 % of the modulus, section 7.2.10.1
        if len(digest_info) > 102:
            return WRONG_DATA
        self.store.wait_while_slow()
        return self.answer(rsa_sign(key, digest_info))


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("directory")
    arguments.add_argument("port", nargs="?", type=int, default=FIRST_PORT)
    arguments.add_argument("--pin-for-each-signature", action="store_true")
    options = arguments.parse_args()
    plug_in(OpenPgpCard(Store(options.directory), options.pin_for_each_signature), options.port)


main()
