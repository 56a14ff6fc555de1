"""A device with passkeys, in software, that can spoil every part of what it says. Knows nothing of the provider's code."""

import base64
import hashlib
import html
import json
import re
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from tests.browser import Browser

ORIGIN = "http://localhost:8400"
UP, UV, BE, BS, AT, ED = 0x01, 0x04, 0x08, 0x10, 0x40, 0x80
"""The flags: present, verified, may be synced, is synced, attested credential data, extensions."""
ES256 = -7
OPTIONS = re.compile(r'data-options="([^"]*)"')


def encode(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "===")


def options_of(browser: Browser) -> dict[str, Any]:
    """What the page hands to its script."""
    found = OPTIONS.search(browser.answer.text)
    assert found is not None, browser.answer.text
    return dict(json.loads(html.unescape(found[1])))


@dataclass
class Device:
    """One device with one key. `counts` says whether it keeps a counter; a synced one has no key of its own hardware."""

    may_be_synced: bool = False
    counts: bool = True
    credential_id: bytes = field(default_factory=lambda: uuid4().bytes)
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    handle: bytes = b""
    count: int = 0

    @property
    def cose_key(self) -> dict[int, Any]:
        point = self.key.public_key().public_numbers()
        return {1: 2, 3: ES256, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}

    @property
    def own_flags(self) -> int:
        return UP | UV | (BE | BS if self.may_be_synced else 0)

    def make(self, options: dict[str, Any], **spoilt: Any) -> str:
        """What `navigator.credentials.create()` answers."""
        self.handle = decode(options["user"]["id"])
        credential_id = spoilt.get("credential_id", self.credential_id)
        attested = (
            spoilt.get("aaguid", bytes(16))
            + len(credential_id).to_bytes(2, "big")
            + credential_id
            + spoilt.get("cose_key", cbor2.dumps(self.cose_key))
        )
        client_data = self._client_data("webauthn.create", options, spoilt)
        authenticator_data = self._authenticator_data(options["rp"]["id"], self.own_flags | AT, attested, spoilt)
        statement: dict[str, Any] = {}
        if spoilt.get("fmt") == "packed":
            signed = authenticator_data + hashlib.sha256(client_data).digest()
            statement = {"alg": ES256, "sig": self.key.sign(signed, ec.ECDSA(hashes.SHA256()))}
        attestation = cbor2.dumps({"fmt": spoilt.get("fmt", "none"), "attStmt": statement, "authData": authenticator_data})
        response = {
            "clientDataJSON": encode(client_data),
            "attestationObject": encode(spoilt.get("attestation", attestation)),
            "transports": ["internal", "of the future"],
        }
        return self._credential(spoilt.get("outer_id", credential_id), response)

    def sign(self, options: dict[str, Any], **spoilt: Any) -> str:
        """What `navigator.credentials.get()` answers."""
        self.count += 1 if self.counts else 0
        client_data = self._client_data("webauthn.get", options, spoilt)
        authenticator_data = self._authenticator_data(options["rpId"], self.own_flags, b"", spoilt)
        key = spoilt.get("key", self.key)
        signature = key.sign(authenticator_data + hashlib.sha256(client_data).digest(), ec.ECDSA(hashes.SHA256()))
        handle = spoilt.get("handle", self.handle)
        response = {
            "clientDataJSON": encode(client_data),
            "authenticatorData": encode(authenticator_data),
            "signature": encode(spoilt.get("signature", signature)),
            **({} if handle is None else {"userHandle": encode(handle)}),
        }
        return self._credential(spoilt.get("credential_id", self.credential_id), response)

    def _client_data(self, kind: str, options: dict[str, Any], spoilt: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": options["challenge"], "origin": ORIGIN, "crossOrigin": False}
        raw: bytes = spoilt.get("raw_client_data", json.dumps(said | spoilt.get("client_data", {})).encode())
        return raw

    def _authenticator_data(self, rp_id: str, flags: int, attested: bytes, spoilt: dict[str, Any]) -> bytes:
        extensions: bytes = spoilt.get("extensions", b"")
        flags = spoilt.get("flags", flags) | (ED if extensions else 0)
        count: int = spoilt.get("count", self.count)
        rp_hash = hashlib.sha256(spoilt.get("rp_id", rp_id).encode()).digest()
        return bytes(rp_hash + bytes([flags]) + count.to_bytes(4, "big") + attested + extensions)

    def _credential(self, credential_id: bytes, response: dict[str, Any]) -> str:
        name = encode(credential_id)
        whole = {"id": name, "rawId": name, "type": "public-key", "response": response, "clientExtensionResults": {}}
        return json.dumps({**whole, "authenticatorAttachment": "platform"})
