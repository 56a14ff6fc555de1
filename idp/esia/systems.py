"""Information systems of the ESIA dialect as an operator registers them. They never register by themselves."""

import base64
import binascii
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from idp.clients import certificates, registry
from idp.clients.certificates import RegisteredCertificate, TooManyCertificates
from idp.cms.certificate import CertificateRefused, read_certificate
from idp.errors import RequestRefused
from idp.protocol.client import Client
from idp.protocol.esia.mnemonic import MnemonicUnusable, check_mnemonic
from idp.protocol.esia.scopes import NAMES, SCOPES
from idp.protocol.redirect_uri import RedirectUriUnusable, check_registrable
from idp.protocol.registration import MAX_ITEMS, MAX_NAME_LENGTH
from idp.protocol.vocabulary import EsiaAlgorithm
from idp.realm import Realm

GRANT_TYPES = ("authorization_code", "refresh_token", "client_credentials")
"""ESIA knows no choice here: a system has v1, v2 and v3 alike."""
DEFAULT_SCOPE = "openid fullname"


@dataclass(frozen=True)
class Terms:
    """What an operator says of a system: what the portal's form asks, and the certificates beside it."""

    mnemonic: str
    redirect_uris: tuple[str, ...]
    name: str = ""
    scope: str = DEFAULT_SCOPE
    algorithm: EsiaAlgorithm = "RS256"
    organisation: str = ""
    purpose: str = ""


def read_system(terms: Terms, *, is_test: bool) -> Client:
    """The system that the terms describe. Raises RequestRefused."""
    try:
        mnemonic = check_mnemonic(terms.mnemonic)
    except MnemonicUnusable as reason:
        raise _refused(str(reason)) from None
    shown = "".join(character for character in terms.name if character.isprintable()).strip()
    return Client(
        client_id=mnemonic,
        name=shown[:MAX_NAME_LENGTH] or mnemonic,
        redirect_uris=_redirect_uris(terms.redirect_uris, is_test=is_test),
        authentication="esia_signature",
        scopes=_scopes(terms.scope),
        grant_types=GRANT_TYPES,
        organisation=terms.organisation,
        purpose=terms.purpose,
        dialect="esia",
        esia_algorithm=terms.algorithm,
    )


def register(realm: Realm, connection: Connection, system: Client, ders: Sequence[bytes], *, actor: str) -> Client:
    """Store a system with the certificates that it signs with. Raises RequestRefused."""
    if registry.was_registered(connection, system.client_id):
        raise _refused(f"there is or was a client called {system.client_id}, and a mnemonic is never given again")
    registered, _ = registry.register(realm, connection, system, actor=actor)
    for der in ders:
        add_certificate(realm, connection, system.client_id, der, actor=actor)
    return registered


def add_certificate(realm: Realm, connection: Connection, client_id: str, der: bytes, *, actor: str) -> RegisteredCertificate:
    """Let a system sign with this certificate, too. Raises RequestRefused."""
    try:
        return certificates.add(realm, connection, client_id, der, actor=actor)
    except TooManyCertificates:
        raise _refused(f"{client_id} has {certificates.MOST} certificates, and no system has more: remove one") from None


def read_certificates(documents: Iterable[bytes]) -> list[bytes]:
    """The DER of each, from PEM, DER or base64 of it. Raises RequestRefused with the place of the first bad one."""
    read = []
    for number, document in enumerate(documents, 1):
        try:
            read.append(read_certificate(_unpacked(document)))
        except CertificateRefused as reason:
            raise _refused(f"certificate {number}: {reason}") from None
    return read


def _unpacked(document: bytes) -> bytes:
    """What is base64 without the lines of PEM is taken for the DER in it."""
    try:
        return base64.b64decode(b"".join(document.split()), validate=True)
    except binascii.Error:
        return document


def _redirect_uris(uris: Sequence[str], *, is_test: bool) -> tuple[str, ...]:
    """ESIA compares scheme, host and port of them only, but a path does no harm."""
    if not uris or len(uris) > MAX_ITEMS:
        raise _refused(f"redirect_uris must list one URI to {MAX_ITEMS}", code="invalid_redirect_uri")
    for uri in uris:
        try:
            check_registrable(uri, application_type="web", is_test=is_test)
        except RedirectUriUnusable as reason:
            raise _refused(f"redirect_uris: {reason}", code="invalid_redirect_uri") from None
    return tuple(dict.fromkeys(uris))


def _scopes(text: str) -> frozenset[str]:
    """Bare names, those of organisations too."""
    names = text.split()
    for name in names:
        if name not in NAMES:
            why = "has been withdrawn" if name in SCOPES else "is none of them"
            raise _refused(f"scope must name scopes of ESIA, and {name} {why}")
    if not names:
        raise _refused("scope must name at least one scope of ESIA")
    return frozenset(names)


def _refused(description: str, *, code: str = "invalid_client_metadata") -> RequestRefused:
    ascii_text = description.encode("ascii", "replace").decode("ascii")
    return RequestRefused(code, ascii_text, clause="TP 3.1.1")
