"""How a test stand proves a passkey: by one that it holds itself, which `POST /people/{person_id}/passkeys` has enrolled.

Its private key follows from the secrets of the realm and is stored nowhere.
"""

import hashlib
import json

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url, encode_cbor
from webauthn.helpers.cose import COSECRV, COSEKTY, COSEAlgorithmIdentifier, COSEKey

from idp.authentication import challenge
from idp.authentication.attempt import Attempt
from idp.authentication.method import Refusal
from idp.authentication.methods.webauthn import store
from idp.authentication.methods.webauthn.ceremony import challenge_of, relying_party
from idp.authentication.methods.webauthn.method import PURPOSE, PasskeyMethod
from idp.authentication.methods.webauthn.store import KnownPasskey, NewPasskey
from idp.authentication.methods.webauthn.words import refused_text
from idp.authentication.rehearsal import Asked, Proof
from idp.realm import Realm

CREDENTIAL_ID_BYTES = 32
AAGUID = "00000000-0000-0000-0000-000000000000"
"""Of a device that does not say what it is."""
ORDER_OF_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
PRESENT, VERIFIED, MAY_BE_SYNCED, IS_SYNCED = 0x01, 0x04, 0x08, 0x10
"""Flags of authenticator data (WebAuthn Level 3, 6.1)."""


def proof(method: PasskeyMethod) -> Proof:
    """The proof of a passkey. Refuses with `no_software_passkey` for whom every passkey is in a device of their own."""

    def give(realm: Realm, asked: Asked, *, is_right: bool) -> Attempt:
        with realm.database.read() as connection:
            passkeys = store.of_person(realm, connection, asked.person.id)
            passkey = next((known for known in passkeys if is_ours(realm, known)), None)
            handle = store.find_handle(connection, asked.person.id)
            waiting = challenge.waiting(realm, connection, asked.attempt, PURPOSE)
        if passkey is None or handle is None:
            raise Refusal("no_software_passkey", refused_text("unknown_passkey"))
        # Of a challenge whose time is over nothing is known any more; an answer to it is late whatever it says.
        signed = challenge_of(waiting) if waiting else b"over"
        credential = answer(realm, passkey, challenge=signed, handle=handle, is_right=is_right)
        person = asked.person if asked.attempt.citizen_id else None
        return method.finish(realm, asked.attempt, person, {"credential": credential})

    def right(realm: Realm, asked: Asked) -> Attempt:
        return give(realm, asked, is_right=True)

    def wrong(realm: Realm, asked: Asked) -> Attempt:
        return give(realm, asked, is_right=False)

    def last_second(realm: Realm, asked: Asked) -> int:
        with realm.database.read() as connection:
            waiting = challenge.waiting(realm, connection, asked.attempt, PURPOSE)
        assert waiting is not None, "the page that asks has drawn a challenge"
        return waiting.expires_at - 1

    return Proof(right, wrong, last_second)


def make_passkey(realm: Realm, *, is_synced: bool) -> NewPasskey:
    """A passkey that the stand itself holds."""
    credential_id = realm.chance.draw("software passkey", CREDENTIAL_ID_BYTES)
    return NewPasskey(
        credential_id=credential_id,
        public_key=_public_key(realm, credential_id),
        sign_count=0,  # as synced passkeys have it: of two sign-ins at once neither is then a copy of the other
        may_be_synced=is_synced,
        is_synced=is_synced,
        transports=("internal",),
        aaguid=AAGUID,
    )


def is_ours(realm: Realm, passkey: KnownPasskey) -> bool:
    """Does the stand hold the private key?"""
    return passkey.public_key == _public_key(realm, passkey.credential_id)


def answer(realm: Realm, passkey: KnownPasskey, *, challenge: bytes, handle: bytes, is_right: bool = True) -> str:
    """What a browser would post: signed by the passkey after it verified its owner, or wrongly by another key."""
    party = relying_party(realm)
    said = {"type": "webauthn.get", "challenge": bytes_to_base64url(challenge), "origin": party.origin, "crossOrigin": False}
    client_data = json.dumps(said).encode()
    flags = PRESENT | VERIFIED | (MAY_BE_SYNCED | IS_SYNCED if passkey.may_be_synced else 0)
    authenticator_data = hashlib.sha256(party.id.encode()).digest() + bytes([flags]) + bytes(4)
    key = _private_key(realm, passkey.credential_id if is_right else b"another")
    signature = key.sign(authenticator_data + hashlib.sha256(client_data).digest(), ec.ECDSA(hashes.SHA256()))
    response = {
        "clientDataJSON": client_data,
        "authenticatorData": authenticator_data,
        "signature": signature,
        "userHandle": handle,
    }
    name = bytes_to_base64url(passkey.credential_id)
    encoded = {field: bytes_to_base64url(value) for field, value in response.items()}
    return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": encoded, "clientExtensionResults": {}})


def _private_key(realm: Realm, credential_id: bytes) -> ec.EllipticCurvePrivateKey:
    drawn = int.from_bytes(realm.secrets.derive(f"software passkey {credential_id.hex()}"), "big")
    return ec.derive_private_key(drawn % (ORDER_OF_P256 - 1) + 1, ec.SECP256R1())


def _public_key(realm: Realm, credential_id: bytes) -> bytes:
    point = _private_key(realm, credential_id).public_key().public_numbers()
    return encode_cbor(
        {
            COSEKey.KTY.value: COSEKTY.EC2.value,
            COSEKey.ALG.value: COSEAlgorithmIdentifier.ECDSA_SHA_256.value,
            COSEKey.CRV.value: COSECRV.P256.value,
            COSEKey.X.value: point.x.to_bytes(32, "big"),
            COSEKey.Y.value: point.y.to_bytes(32, "big"),
        }
    )
