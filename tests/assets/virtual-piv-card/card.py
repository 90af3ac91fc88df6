#!/usr/bin/python3
"""A virtual PIV card (NIST SP 800-73-4) for tests: it plugs itself into vsmartcard's virtual reader (vpcd).

usage: card.py DIRECTORY [PORT] [--card-authentication]

The keys lie in DIRECTORY, so that a card which was pulled and is pushed back is the same card; 9a.der and 9c.der there
are its certificates. Slot 9A has an RSA-2048 key that wants the PIN once, slot 9C a P-256 key that wants it at each use.
With --card-authentication there is slot 9E too: an RSA-2048 key that wants no PIN. The PIN is 123456, three tries. Its
tries are kept in DIRECTORY/tries. While DIRECTORY/slow is there, a signature takes a second. The card is pulled by ending
this process.
"""
import argparse
import os
import sys

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "virtual-card"))
from virtual_card import (  # noqa: E402
    BLOCKED, FILE_NOT_FOUND, FIRST_PORT, NOT_SUPPORTED, OK, SECURITY_NOT_SATISFIED, Card, Pin, Store, new_rsa_key,
    plug_in, rsa_raw, tlv, tries_left, value_of)

APPLICATION = bytes.fromhex("A000000308")
COMMON_NAME = "Signet test card"


class PivCard(Card):
    """The card's state; section numbers are those of NIST SP 800-73-4, part 2 unless they say otherwise."""

    def __init__(self, store, card_authentication):
        super().__init__(store)
        self.pin = Pin(store, "tries", b"123456\xff\xff")
        self.keys = {
            0x9A: store.key("9a", new_rsa_key),
            0x9C: store.key("9c", lambda: ec.generate_private_key(ec.SECP256R1())),
        }
        self.objects = {
            "5fc105": self.certificate(0x9A),
            "5fc10a": self.certificate(0x9C),
            # Card Holder Unique Identifier, part 1, section 3.1.2
            "5fc102": tlv("53", tlv("30", bytes(25)) + tlv("34", bytes(16)) + tlv("35", b"20351231") + tlv("3e", b"") + tlv("fe", b"")),
            # Discovery Object, part 1, section 3.3.2: the PIV PIN alone
            "7e": tlv("7e", tlv("4f", bytes.fromhex("A000000308000010000100")) + tlv("5f2f", b"\x40\x00")),
        }
        if card_authentication:
            self.keys[0x9E] = store.key("9e", new_rsa_key)
            self.objects["5fc101"] = self.certificate(0x9E)
        self.reset()

    def certificate(self, slot):
        der = self.store.certificate(f"{slot:02x}", self.keys[slot], COMMON_NAME)
        return tlv("53", tlv("70", der) + tlv("71", b"\0") + tlv("fe", b""))

    def reset(self):
        self.verified = False
        # Verified since the last use of a key, which is what slot 9C wants (part 1, section 3.2.2).
        self.fresh = False

    def handle(self, instruction, p1, p2, data):
        if instruction == 0xA4:
            return self.select(data)
        if instruction == 0xCB:
            found = self.objects.get(data[2:2 + data[1]].hex())
            return self.answer(found) if found else FILE_NOT_FOUND
        if instruction == 0x20:
            return self.verify(data)
        if instruction == 0x87:
            return self.authenticate(p2, data)
        return NOT_SUPPORTED

    def select(self, name):
        if not name.startswith(APPLICATION):
            return FILE_NOT_FOUND
        return self.answer(tlv("61", tlv("4f", bytes.fromhex("000010000100")) + tlv("79", tlv("4f", APPLICATION))))

    def verify(self, value):
        if not value:
            return OK if self.verified else tries_left(self.pin.tries)
        if self.pin.tries == 0:
            return BLOCKED
        if self.pin.check(value):
            self.verified = self.fresh = True
            return OK
        return tries_left(self.pin.tries)

    def may_use(self, slot):
        """Part 1, section 3.3: 9C wants the PIN at each use, 9E never, the others once."""
        return {0x9C: self.fresh, 0x9E: True}.get(slot, self.verified)

    def authenticate(self, slot, template):
        """GENERAL AUTHENTICATE, section 3.2.4: the challenge (81) inside the dynamic authentication template (7C)."""
        if slot not in self.keys:
            return FILE_NOT_FOUND
        if not self.may_use(slot):
            return SECURITY_NOT_SATISFIED
        self.fresh = False
        self.store.wait_while_slow()
        challenge = value_of(value_of(template, 0x7C), 0x81)
        key = self.keys[slot]
        if slot == 0x9C:
            signature = key.sign(challenge.rjust(32, b"\0"), ec.ECDSA(utils.Prehashed(hashes.SHA256())))
        else:
            signature = rsa_raw(key, challenge)
        return self.answer(tlv("7c", tlv("82", signature)))


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("directory")
    arguments.add_argument("port", nargs="?", type=int, default=FIRST_PORT)
    arguments.add_argument("--card-authentication", action="store_true")
    options = arguments.parse_args()
    plug_in(PivCard(Store(options.directory), options.card_authentication), options.port)


main()
