"""A device that keeps one passkey, in tests: it answers as browsers and devices do, or wrongly where it is told to."""

import base64
import hashlib
import json
import secrets
import struct

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, NEW = 0x01, 0x04, 0x40


def text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


class Device:
    """Keeps a passkey; ``host`` and ``origin`` are where the browser says that it is."""

    def __init__(self, host="localhost", origin="http://localhost"):
        self.host, self.origin = host, origin
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id, self.uses, self.owner = secrets.token_bytes(16), 0, b""

    def make(self, question: str, *, flags=PRESENT | VERIFIED) -> str:
        """Answer a question for a new passkey."""
        asked = json.loads(question)
        self.owner = base64.urlsafe_b64decode(asked["user"]["id"] + "==")
        point = self.key.public_key().public_numbers()
        key = cbor2.dumps(
            {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        )  # ES256 on P-256
        kept = bytes(16) + struct.pack(">H", len(self.id)) + self.id + key
        said = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": self._seen(flags | NEW) + kept})
        return self._answer(self._client("webauthn.create", asked["challenge"]), attestationObject=text(said))

    def answer(self, question: str, *, flags=PRESENT | VERIFIED, owner=None) -> str:
        """Answer a question who is there."""
        self.uses += 1
        client, seen = self._client("webauthn.get", json.loads(question)["challenge"]), self._seen(flags)
        signature = self.key.sign(seen + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            client, authenticatorData=text(seen), signature=text(signature), userHandle=text(owner or self.owner)
        )

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _seen(self, flags: int) -> bytes:
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + struct.pack(">I", self.uses)

    def _answer(self, client: bytes, **response: str) -> str:
        whole = {"clientDataJSON": text(client), **response}
        return json.dumps({"id": text(self.id), "rawId": text(self.id), "type": "public-key", "response": whole})
