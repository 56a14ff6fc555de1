"""A ceremony with a device: for whom its key answers, and what of an answer the library leaves for us to judge.

py_webauthn parses `crossOrigin` and does not judge it, knows no `topOrigin`, and lets some spoilt data out as it met them.
Single use of the challenge is `challenge.py`'s; whose passkey it is, and its counter, are the caller's.
"""

import ipaddress
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from webauthn import verify_authentication_response, verify_registration_response
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    decode_credential_public_key,
    decoded_public_key_to_cryptography,
    parse_authentication_credential_json,
    parse_registration_credential_json,
)
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AttestationFormat,
    AuthenticationCredential,
    AuthenticatorTransport,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    RegistrationCredential,
)

from idp.authentication.challenge import Asked
from idp.authentication.methods.webauthn.plain_cbor import check_attestation_object, check_authenticator_data
from idp.authentication.methods.webauthn.store import KnownPasskey, NewPasskey
from idp.realm import Realm

CHALLENGE_BYTES = 32
CHALLENGE_SECONDS = 5 * 60
MAX_ANSWER_LENGTH = 16 * 1024
"""An answer with a chain of certificates has some 6 KB. Longer ones are not even parsed."""
MAX_CREDENTIAL_ID_BYTES = 1023
"""WebAuthn Level 3, 7.1."""
ALGORITHMS = [
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]
SHORTEST_RSA_BITS = 2048
SPOILT = (
    WebAuthnException,
    InvalidSignature,
    UnsupportedAlgorithm,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What the library raises over data of the wrong form: its own exceptions, and whatever its parsers met."""


class AnswerRefused(Exception):
    """An answer is not what was asked for. `reason` is the word of the journal."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class RelyingParty:
    """For whom a passkey answers: the host of the issuer, to pages of its origin only."""

    id: str
    origin: str


def relying_party(realm: Realm) -> RelyingParty:
    parts = urlsplit(realm.issuer)
    host = parts.hostname or ""
    is_usual = parts.port in (None, {"http": 80, "https": 443}[parts.scheme])
    return RelyingParty(host, f"{parts.scheme}://{host}" + ("" if is_usual else f":{parts.port}"))


def is_domain(host: str) -> bool:
    """Can passkeys be bound to this host? To a domain, and to no address (WebAuthn Level 3, 5.1.3)."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return True
    return False


def is_secure_context(realm: Realm) -> bool:
    """Do browsers offer passkeys to pages of the issuer? Over https, and on the machine's own localhost."""
    host = relying_party(realm).id
    return realm.settings.is_secure or host == "localhost" or host.endswith(".localhost")


def draw_challenge(realm: Realm) -> str:
    return bytes_to_base64url(realm.chance.draw("passkey challenge", CHALLENGE_BYTES))


def challenge_of(asked: Asked) -> bytes:
    return base64url_to_bytes(asked.data["challenge"])


def descriptors(passkeys: Iterable[KnownPasskey]) -> list[PublicKeyCredentialDescriptor]:
    """How passkeys are named to a browser, with the ways that lead to their devices."""
    return [
        PublicKeyCredentialDescriptor(
            id=passkey.credential_id, transports=[AuthenticatorTransport(transport) for transport in passkey.transports]
        )
        for passkey in passkeys
    ]


def read_assertion(text: str) -> AuthenticationCredential | None:
    """What `credential.toJSON()` said after a sign-in; None when it is nothing of the kind."""
    try:
        with _spoilt_is("malformed"):
            given = parse_authentication_credential_json(_capped(text))
            check_authenticator_data(given.response.authenticator_data)
            return given
    except AnswerRefused:
        return None


def read_attestation(text: str) -> RegistrationCredential | None:
    """The same after a passkey was made."""
    try:
        with _spoilt_is("malformed"):
            given = parse_registration_credential_json(_capped(text))
            check_attestation_object(given.response.attestation_object)
            return given
    except AnswerRefused:
        return None


def verify_assertion(
    realm: Realm, given: AuthenticationCredential, *, challenge: bytes, public_key: bytes
) -> VerifiedAuthentication:
    """Judge a signature by the key that belongs to it. Raises AnswerRefused. The caller judges counter and verification."""
    party = relying_party(realm)
    _check_client_data(given.response.client_data_json, party, kind="webauthn.get", challenge=challenge)
    with _spoilt_is("wrong_signature"):
        return verify_authentication_response(
            credential=given,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=public_key,
            credential_current_sign_count=0,  # ours is judged where it is raised, in one statement
        )


def verify_attestation(realm: Realm, given: RegistrationCredential, *, challenge: bytes) -> NewPasskey:
    """Judge what a device says of the passkey it has made. Raises AnswerRefused."""
    party = relying_party(realm)
    _check_client_data(given.response.client_data_json, party, kind="webauthn.create", challenge=challenge)
    with _spoilt_is("wrong_attestation"):
        verified = verify_registration_response(
            credential=given,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            supported_pub_key_algs=ALGORITHMS,
        )
        key = decoded_public_key_to_cryptography(decode_credential_public_key(verified.credential_public_key))
    checks = (
        # The library compares the id of the envelope with itself only; what the device has attested is inside.
        (verified.credential_id == given.raw_id, "wrong_attestation"),
        (len(verified.credential_id) <= MAX_CREDENTIAL_ID_BYTES, "id_too_long"),
        (not isinstance(key, RSAPublicKey) or key.key_size >= SHORTEST_RSA_BITS, "weak_key"),
        (realm.settings.webauthn_attestation == "none" or verified.fmt != AttestationFormat.NONE, "no_attestation"),
    )
    for is_right, reason in checks:
        if not is_right:
            raise AnswerRefused(reason)
    return NewPasskey(
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        may_be_synced=verified.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
        is_synced=verified.credential_backed_up,
        transports=tuple(transport.value for transport in given.response.transports or ()),
        aaguid=verified.aaguid,
    )


def _check_client_data(raw: bytes, party: RelyingParty, *, kind: str, challenge: bytes) -> None:
    """Judge what the browser says that it did, for whom and where. WebAuthn Level 3, 7.1 (7-11) and 7.2 (11-15)."""
    with _spoilt_is("malformed"):
        said: dict[str, Any] = dict(json.loads(raw))
    checks = (
        (said.get("type") == kind, "wrong_type"),
        (said.get("challenge") == bytes_to_base64url(challenge), "wrong_challenge"),
        (said.get("origin") == party.origin, "wrong_origin"),
        # No page of ours asks from inside a frame of somebody else's.
        (said.get("crossOrigin", False) is False and "topOrigin" not in said, "cross_origin"),
    )
    for is_right, reason in checks:
        if not is_right:
            raise AnswerRefused(reason)


def _capped(text: str) -> str:
    if len(text) > MAX_ANSWER_LENGTH:
        raise ValueError("an answer this long is not parsed")
    return text


@contextmanager
def _spoilt_is(reason: str) -> Iterator[None]:
    try:
        yield
    except SPOILT:
        raise AnswerRefused(reason) from None
