"""A device of the test's own: makes passkeys and answers questions as a browser would send it."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

PRESENT, VERIFIED, WITH_KEY = 0x01, 0x04, 0x40


@dataclass
class Device:
    """A phone that is unlocked (or, with `flags`, is not) for one passkey at one site."""

    name: str = "localhost"
    origin: str = "http://localhost:8000"
    flags: int = PRESENT | VERIFIED
    count: int = 0
    id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def created(self, question: str) -> str:
        """The answer to the question for a new passkey."""
        client = self._client("webauthn.create", json.loads(question)["challenge"])
        known = self._data(self.flags | WITH_KEY) + bytes(16) + len(self.id).to_bytes(2, "big") + self.id + self._cose()
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": known})
        return self._answer(client, {"attestationObject": bytes_to_base64url(attested)})

    def signed(self, question: str) -> str:
        """The answer at sign-in."""
        self.count += 1
        client = self._client("webauthn.get", json.loads(question)["challenge"])
        data = self._data(self.flags)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        response = {"authenticatorData": bytes_to_base64url(data), "signature": bytes_to_base64url(signature)}
        return self._answer(client, response)

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(self.name.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _cose(self) -> bytes:
        at = self.key.public_key().public_numbers()
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: at.x.to_bytes(32, "big"), -3: at.y.to_bytes(32, "big")})

    def _answer(self, client: bytes, response: dict[str, str]) -> str:
        own = bytes_to_base64url(self.id)
        response |= {"clientDataJSON": bytes_to_base64url(client)}
        return json.dumps({"id": own, "rawId": own, "type": "public-key", "response": response})


def challenge_in(question: str) -> bytes:
    """What is to be signed."""
    return base64url_to_bytes(json.loads(question)["challenge"])
