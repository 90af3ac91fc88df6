"""What the virtual smartcards of the tests have in common: BER-TLV, keys and PINs that lie in a directory, ISO 7816-4
command chaining and GET RESPONSE, and the plug into vsmartcard's virtual reader (vpcd).
"""
import datetime
import os
import socket
import struct
import sys
import time

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

FIRST_PORT = 35963
ANSWER_TO_RESET = bytes.fromhex("3B800181")

OK = b"\x90\x00"
WRONG_DATA = b"\x6a\x80"
FILE_NOT_FOUND = b"\x6a\x82"
DATA_NOT_FOUND = b"\x6a\x88"
NOT_SUPPORTED = b"\x6d\x00"
SECURITY_NOT_SATISFIED = b"\x69\x82"
BLOCKED = b"\x69\x83"


def tries_left(count):
    """The status word that tells how many tries a PIN has (ISO 7816-4, section 5.1.3)."""
    return bytes([0x63, 0xC0 | count])


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


def new_rsa_key():
    return rsa.generate_private_key(65537, 2048)


def rsa_public_key(key):
    """The public key object 7F49 of ISO 7816-8: the modulus (81) and the exponent (82)."""
    numbers = key.public_key().public_numbers()
    return tlv("7f49", tlv("81", numbers.n.to_bytes(256, "big")) + tlv("82", numbers.e.to_bytes(3, "big")))


def rsa_raw(key, block):
    """The private key's operation on a block that is padded already."""
    numbers = key.private_numbers()
    modulus = numbers.public_numbers.n
    return pow(int.from_bytes(block, "big"), numbers.d, modulus).to_bytes(256, "big")


def rsa_sign(key, digest_info):
    """Pads a DigestInfo as EMSA-PKCS1-v1_5 does (RFC 8017, section 9.2) and signs it."""
    return rsa_raw(key, b"\0\x01" + b"\xff" * (256 - 3 - len(digest_info)) + b"\0" + digest_info)


class Store:
    """The directory in which a card's state lies, so that a card which was pulled and is pushed back is the same card."""

    def __init__(self, directory):
        self.directory = directory

    def path(self, name):
        return os.path.join(self.directory, name)

    def has(self, name):
        return os.path.exists(self.path(name))

    def read(self, name, make):
        """The bytes of a file, which are made when it is not there; another process sees them whole or not at all."""
        if not self.has(name):
            self.write(name, make())
        with open(self.path(name), "rb") as file:
            return file.read()

    def write(self, name, data):
        with open(self.path(name + ".next"), "wb") as file:
            file.write(data)
        os.rename(self.path(name + ".next"), self.path(name))

    def number(self, name, first):
        return int(self.read(name, lambda: str(first).encode()))

    def key(self, name, make):
        return serialization.load_pem_private_key(self.read(name + ".pem", lambda: make().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())), None)

    def certificate(self, name, key, common_name):
        """A self-signed certificate in DER."""
        def make():
            subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
            now = datetime.datetime.utcnow()
            return (x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
                    .serial_number(7).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=900))
                    .add_extension(x509.KeyUsage(True, True, False, False, False, False, False, False, False), True)
                    .sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER))
        return self.read(name + ".der", make)

    def wait_while_slow(self):
        """While the file `slow` is there, a signature takes a second."""
        if self.has("slow"):
            time.sleep(1)


class Pin:
    """A PIN with its tries in a file."""

    TRIES = 3

    def __init__(self, store, file, value):
        self.store, self.file, self.value = store, file, value

    @property
    def tries(self):
        return self.store.number(self.file, self.TRIES)

    def check(self, value):
        """Whether the value is right. A wrong one costs a try; a blocked PIN is never right."""
        tries = self.tries
        right = tries > 0 and value == self.value
        left = self.TRIES if right else max(tries - 1, 0)
        if left != tries:
            self.store.write(self.file, str(left).encode())
        return right


class Card:
    """Takes command APDUs (ISO 7816-4): puts chained ones together, and hands long responses out in parts."""

    def __init__(self, store):
        self.store = store
        self._chained = b""
        self._rest = b""

    def reset(self):
        """The power goes off, or the reader resets the card."""
        raise NotImplementedError

    def handle(self, instruction, p1, p2, data):
        """The response to a whole command: a status word, or what `answer` makes."""
        raise NotImplementedError

    def answer(self, data):
        """Up to 256 bytes, and how many more are there (GET RESPONSE)."""
        self._rest = data[256:]
        if not self._rest:
            return data + OK
        # 0 says 256 or more (ISO 7816-4, section 5.1.3)
        return data[:256] + bytes([0x61, len(self._rest) if len(self._rest) < 256 else 0])

    def respond(self, apdu):
        kind, instruction, p1, p2 = apdu[:4]
        data = apdu[5:5 + apdu[4]] if len(apdu) > 5 else b""
        if instruction == 0xC0:
            return self.answer(self._rest)
        if kind & 0x10:
            self._chained += data
            return OK
        data, self._chained = self._chained + data, b""
        return self.handle(instruction, p1, p2, data)


def _read(connection, count):
    data = b""
    while len(data) < count:
        part = connection.recv(count - len(data))
        if not part:
            sys.exit(0)
        data += part
    return data


def plug_in(card, port):
    """Serves the card until the reader goes. It is pulled by ending this process."""
    connection = socket.create_connection(("127.0.0.1", port))
    print("plugged in", flush=True)
    while True:
        message = _read(connection, struct.unpack(">H", _read(connection, 2))[0])
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
