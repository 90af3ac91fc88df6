#!/usr/bin/python3
"""A virtual GIDS card (Generic Identity Device Specification 2.0) for tests: it plugs itself into vsmartcard's virtual reader (vpcd).

usage: card.py DIRECTORY [PORT]

It has one container with an RSA-2048 signature key; its certificate is sig.der in DIRECTORY. The PIN is 123456, three tries,
kept in DIRECTORY/tries. DIRECTORY/serial is the card's identifier in hex. While DIRECTORY/slow is there, a signature takes
a second. The card is pulled by ending this process.
"""
import argparse
import os
import struct
import sys
import zlib

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "virtual-card"))
from virtual_card import (  # noqa: E402
    BLOCKED, DATA_NOT_FOUND, FILE_NOT_FOUND, FIRST_PORT, NOT_SUPPORTED, OK, SECURITY_NOT_SATISFIED, Card, Pin, Store,
    new_rsa_key, plug_in, rsa_public_key, rsa_sign, tlv, tries_left, value_of)

APPLICATION = bytes.fromhex("A000000397425446590201")
CONTAINER = "Signet test key"
KEY = 0x81

# Data objects lie in files: the application itself, a directory, what everyone reads and the user or the administrator writes.
APPLICATION_FILE, DIRECTORY_FILE, USER_FILE, ADMINISTRATOR_FILE = 0x3FFF, 0xA000, 0xA010, 0xA012


def directory_record(directory, name, identifier, file):
    """A record of the master file: two names in nine bytes each, and where the data object is."""
    return struct.pack("<9s9s2xII", directory.encode(), name.encode(), identifier, file)


def container_record(name, bits):
    """CONTAINER_MAP_RECORD of the minidriver specification: a valid default container with a signature key."""
    return struct.pack("<80sBBHH", name.encode("utf-16-le"), 3, 0, bits, 0)


class GidsCard(Card):
    """The card's state."""

    def __init__(self, store):
        super().__init__(store)
        self.pin = Pin(store, "tries", b"123456")
        self.key = store.key("sig", new_rsa_key)
        certificate = store.certificate("sig", self.key, "Signet test card")
        identifier = bytes.fromhex(store.read("serial", lambda: os.urandom(16).hex().encode()).decode())
        self.objects = {
            (DIRECTORY_FILE, "df1f"): b"\x01" + directory_record("mscp", "", 0, DIRECTORY_FILE)
            + directory_record("", "cardid", 0xDF20, ADMINISTRATOR_FILE)
            + directory_record("", "cardapps", 0xDF21, USER_FILE)
            + directory_record("", "cardcf", 0xDF22, USER_FILE)
            + directory_record("mscp", "cmapfile", 0xDF23, USER_FILE)
            + directory_record("mscp", "ksc00", 0xDF24, USER_FILE),
            (ADMINISTRATOR_FILE, "df20"): identifier,
            (USER_FILE, "df21"): b"mscp\0\0\0\0",
            (USER_FILE, "df22"): bytes(6),
            (USER_FILE, "df23"): container_record(CONTAINER, 2048),
            # Compressed, after the form (1) and the length
            (USER_FILE, "df24"): struct.pack("<HH", 1, len(certificate)) + zlib.compress(certificate),
        }
        self.reset()

    def reset(self):
        self.verified = False
        self.chosen = None

    def handle(self, instruction, p1, p2, data):
        if instruction == 0xA4:
            found = p1 == 4 and data and APPLICATION.startswith(data)
            return self.answer(tlv("61", tlv("4f", APPLICATION))) if found else FILE_NOT_FOUND
        if instruction == 0xCB:
            return self.get_data(p1 << 8 | p2, data)
        if instruction == 0x20:
            return self.verify(p2, data)
        if (instruction, p1, p2) == (0x22, 0x41, 0xB6):
            self.chosen = value_of(data, 0x84)
            return OK if self.chosen == bytes([KEY]) else DATA_NOT_FOUND
        if (instruction, p1, p2) == (0x2A, 0x9E, 0x9A):
            return self.sign(data)
        return NOT_SUPPORTED

    def get_data(self, file, query):
        """A data object by its tag (5C), or a key's public half (70)."""
        if file == APPLICATION_FILE and query[0] == 0x70:
            asked = value_of(value_of(query, 0x70), 0x84)
            return self.answer(rsa_public_key(self.key)) if asked == bytes([KEY]) else DATA_NOT_FOUND
        tag = value_of(query, 0x5C).hex()
        if (file, tag) == (APPLICATION_FILE, "7f71"):
            return self.answer(tlv(tag, tlv("97", bytes([self.pin.tries])) + tlv("93", bytes([Pin.TRIES]))))
        found = self.objects.get((file, tag))
        return self.answer(tlv(tag, found)) if found is not None else DATA_NOT_FOUND

    def verify(self, reference, value):
        """82 takes the verification back, 80 is the PIN."""
        if reference == 0x82:
            self.verified = False
            return OK
        if reference != 0x80:
            return DATA_NOT_FOUND
        if not value:
            return OK if self.verified else tries_left(self.pin.tries)
        if self.pin.tries == 0:
            return BLOCKED
        self.verified = self.pin.check(value)
        return OK if self.verified else tries_left(self.pin.tries)

    def sign(self, digest_info):
        if not self.verified or self.chosen != bytes([KEY]):
            return SECURITY_NOT_SATISFIED
        self.store.wait_while_slow()
        return self.answer(rsa_sign(self.key, digest_info))


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("directory")
    arguments.add_argument("port", nargs="?", type=int, default=FIRST_PORT)
    options = arguments.parse_args()
    plug_in(GidsCard(Store(options.directory)), options.port)


main()
