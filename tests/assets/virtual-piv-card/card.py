#!/usr/bin/python3
"""A virtual PIV card (NIST SP 800-73-4) for tests: it plugs itself into vsmartcard's virtual reader (vpcd).

usage: card.py DIRECTORY [PORT]

The keys lie in DIRECTORY, so that a card which was pulled and is pushed back is the same card; 9a.der and 9c.der there
are its certificates. Slot 9A has an RSA-2048 key that wants the PIN once, slot 9C a P-256 key that wants it at each use.
The PIN is 123456, three tries. Its tries are kept in DIRECTORY/tries. While DIRECTORY/slow is there, a signature takes a
second. The card is pulled by ending this process.
"""
import datetime
import os
import socket
import struct
import sys
import time

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa, utils
from cryptography.x509.oid import NameOID

DIRECTORY = sys.argv[1]
PORT = int(sys.argv[2]) if len(sys.argv) > 2 else 35963
PIN = b"123456\xff\xff"
TRIES = 3
APPLICATION = bytes.fromhex("A000000308")
ANSWER_TO_RESET = bytes.fromhex("3B800181")

OK = b"\x90\x00"
NOT_FOUND = b"\x6a\x82"
NOT_SUPPORTED = b"\x6d\x00"
SECURITY_NOT_SATISFIED = b"\x69\x82"
BLOCKED = b"\x69\x83"


def tlv(tag, value):
    """BER-TLV with a length of at most two bytes."""
    size = len(value)
    if size < 128:
        length = bytes([size])
    elif size < 256:
        length = bytes([0x81, size])
    else:
        length = b"\x82" + struct.pack(">H", size)
    return bytes.fromhex(tag) + length + value


def value_of(data, tag):
    """The value of the first object with a one-byte tag in a sequence of BER-TLV objects."""
    at = 0
    while at < len(data):
        found, at = data[at], at + 1
        size, at = data[at], at + 1
        if size > 0x80:
            count = size - 0x80
            size, at = int.from_bytes(data[at:at + count], "big"), at + count
        if found == tag:
            return data[at:at + size]
        at += size
    return b""


def path(name):
    return os.path.join(DIRECTORY, name)


def load_key(name, make):
    if not os.path.exists(path(name)):
        with open(path(name), "wb") as file:
            file.write(make().private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    with open(path(name), "rb") as file:
        return serialization.load_pem_private_key(file.read(), None)


def load_certificate(name, key, common_name):
    if not os.path.exists(path(name)):
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
        now = datetime.datetime.utcnow()
        made = (x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
                .serial_number(7).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=900))
                .add_extension(x509.KeyUsage(True, True, False, False, False, False, False, False, False), True)
                .sign(key, hashes.SHA256()))
        with open(path(name + ".next"), "wb") as file:
            file.write(made.public_bytes(serialization.Encoding.DER))
        os.rename(path(name + ".next"), path(name))
    with open(path(name), "rb") as file:
        return file.read()


class Card:
    """The card's state; every command APDU (ISO 7816-4) gets its response."""

    def __init__(self):
        self.keys = {
            0x9A: load_key("9a.pem", lambda: rsa.generate_private_key(65537, 2048)),
            0x9C: load_key("9c.pem", lambda: ec.generate_private_key(ec.SECP256R1())),
        }
        self.objects = {
            "5fc105": self.certificate_object(load_certificate("9a.der", self.keys[0x9A], "Signet test card")),
            "5fc10a": self.certificate_object(load_certificate("9c.der", self.keys[0x9C], "Signet test card")),
            # Card Holder Unique Identifier, section 3.1.2
            "5fc102": tlv("53", tlv("30", bytes(25)) + tlv("34", bytes(16)) + tlv("35", b"20351231") + tlv("3e", b"") + tlv("fe", b"")),
            # Discovery Object, section 3.3.2: the PIV PIN alone
            "7e": tlv("7e", tlv("4f", bytes.fromhex("A000000308000010000100")) + tlv("5f2f", b"\x40\x00")),
        }
        self.verified = False
        # Verified since the last use of a key, which is what slot 9C wants (NIST SP 800-73-4 part 1, section 3.2.2).
        self.fresh = False
        self.chained = b""
        self.rest = b""

    @staticmethod
    def certificate_object(der):
        return tlv("53", tlv("70", der) + tlv("71", b"\0") + tlv("fe", b""))

    @property
    def tries(self):
        try:
            with open(path("tries"), encoding="ascii") as file:
                return int(file.read())
        except FileNotFoundError:
            return TRIES

    @tries.setter
    def tries(self, left):
        with open(path("tries"), "w", encoding="ascii") as file:
            file.write(str(left))

    def reset(self):
        self.verified = self.fresh = False

    def answer(self, data):
        """Up to 256 bytes, and how many more are there (GET RESPONSE)."""
        self.rest = data[256:]
        if not self.rest:
            return data + OK
        # 0 says 256 or more (ISO 7816-4, section 5.1.3)
        return data[:256] + bytes([0x61, len(self.rest) if len(self.rest) < 256 else 0])

    def respond(self, apdu):
        kind, instruction, _, reference = apdu[:4]
        data = apdu[5:5 + apdu[4]] if len(apdu) > 5 else b""
        if instruction == 0xC0:
            return self.answer(self.rest)
        if kind & 0x10:
            self.chained += data
            return OK
        data, self.chained = self.chained + data, b""
        if instruction == 0xA4:
            return self.select(data)
        if instruction == 0xCB:
            found = self.objects.get(data[2:2 + data[1]].hex())
            return self.answer(found) if found else NOT_FOUND
        if instruction == 0x20:
            return self.verify(data)
        if instruction == 0x87:
            return self.authenticate(reference, data)
        return NOT_SUPPORTED

    def select(self, name):
        if not name.startswith(APPLICATION):
            return NOT_FOUND
        return self.answer(tlv("61", tlv("4f", bytes.fromhex("000010000100")) + tlv("79", tlv("4f", APPLICATION))))

    def verify(self, pin):
        if not pin:
            return OK if self.verified else bytes([0x63, 0xC0 | self.tries])
        if self.tries == 0:
            return BLOCKED
        if pin == PIN:
            self.verified, self.fresh, self.tries = True, True, TRIES
            return OK
        self.tries -= 1
        return bytes([0x63, 0xC0 | self.tries])

    def authenticate(self, slot, template):
        """GENERAL AUTHENTICATE, section 3.2.4: the challenge (81) inside the dynamic authentication template (7C)."""
        if not (self.fresh if slot == 0x9C else self.verified):
            return SECURITY_NOT_SATISFIED
        self.fresh = False
        if os.path.exists(path("slow")):
            time.sleep(1)
        challenge = value_of(value_of(template, 0x7C), 0x81)
        key = self.keys[slot]
        if slot == 0x9A:
            numbers = key.private_numbers()
            modulus = numbers.public_numbers.n
            signature = pow(int.from_bytes(challenge, "big"), numbers.d, modulus).to_bytes(256, "big")
        else:
            signature = key.sign(challenge.rjust(32, b"\0"), ec.ECDSA(utils.Prehashed(hashes.SHA256())))
        return self.answer(tlv("7c", tlv("82", signature)))


def read(connection, count):
    data = b""
    while len(data) < count:
        part = connection.recv(count - len(data))
        if not part:
            sys.exit(0)
        data += part
    return data


def main():
    card = Card()
    connection = socket.create_connection(("127.0.0.1", PORT))
    print("plugged in", flush=True)
    while True:
        message = read(connection, struct.unpack(">H", read(connection, 2))[0])
        response = None
        if len(message) == 1:
            # vpcd's own commands: 0 power off, 1 power on, 2 reset, 4 the answer to reset
            if message[0] in (0, 1, 2):
                card.reset()
            elif message[0] == 4:
                response = ANSWER_TO_RESET
        else:
            response = card.respond(message)
        if response is not None:
            connection.sendall(struct.pack(">H", len(response)) + response)


main()
