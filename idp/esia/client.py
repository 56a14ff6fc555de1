"""Who sends a request of the dialect: the system whose registered certificate its signature fits.

There is no other proof. ESIA tells nobody what is wrong with a signature, and neither does the answer here: `cause` is for the
journal, and the diagnosis is worked out of the stored request when somebody asks.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from ground.database import table_of
from idp.audit import Event
from idp.clients import certificates, registry
from idp.clients.certificates import RegisteredCertificate
from idp.clients.models import UsedSignature
from idp.cms.registered import verify_cms, verify_raw
from idp.cms.verdict import SignatureRefused
from idp.esia.reading import read_parameters
from idp.protocol.client import Client
from idp.protocol.esia.client_secret import SecretUnreadable, read_client_secret
from idp.protocol.esia.errors import EsiaRefused
from idp.protocol.esia.parameters import check_proof
from idp.protocol.esia.signed_text import R2, Recipe
from idp.protocol.esia.timestamp import check_timestamp
from idp.realm import Realm
from idp.throttling import strangers
from idp.tombstones import SKEW_SECONDS, is_of_older_epoch

__all__ = [
    "WRONG_SIGNATURE", "Proof", "Signer", "Version", "authenticate", "known_system", "prove", "read_parameters", "use_up",
    "write_down",
]  # fmt: skip

Version = Literal["v1", "v2"]
"""v2 stands for v3 too: they sign alike."""
WRONG_SIGNATURE: Mapping[Version, str] = {"v1": "007005", "v2": "007053"}
"""The one code for everything that can be wrong with a signature."""
MAX_NAME_LENGTH = 100
SAME_MOMENT_SECONDS = 2
USED = table_of(UsedSignature)
REMEMBER = {
    True: sqlite.insert(USED).on_conflict_do_nothing().returning(USED.c.expires_at),
    False: postgresql.insert(USED).on_conflict_do_nothing().returning(USED.c.expires_at),
}
"""On SQLite, and on PostgreSQL. What is too old anyway goes by retention."""


@dataclass(frozen=True)
class Signer:
    """The system that signed a request, and the certificate that its signature fits."""

    client: Client
    certificate: RegisteredCertificate


@dataclass(frozen=True)
class Proof:
    """A good signature over `text`, made at the second `at`, that is not used up yet. Where it `redeems_code` at v1, `may_follow`
    lets the call have the text of the authorization request before it."""

    signer: Signer
    version: Version
    text: bytes
    at: int
    redeems_code: bool
    may_follow: bool


def authenticate(realm: Realm, parameters: Mapping[str, str], *, version: Version, recipes: Sequence[Recipe]) -> Signer:
    """The system that signed these parameters by one of the recipes. Call it outside any transaction.

    A signature is good once. Raises EsiaRefused, after the journal has it.
    """
    proof = prove(realm, parameters, version=version, recipes=recipes)
    try:
        with realm.database.write() as connection:
            use_up(realm, connection, proof)
    except EsiaRefused as refusal:
        write_down(realm, parameters, refusal)
        raise
    return proof.signer


def prove(
    realm: Realm, parameters: Mapping[str, str], *, version: Version, recipes: Sequence[Recipe], redeems_code: bool = False
) -> Proof:
    """The same without using the signature up: whoever goes on does that first of all, in the transaction that answers."""
    try:
        return _prove(realm, parameters, version=version, recipes=recipes, redeems_code=redeems_code)
    except EsiaRefused as refusal:
        write_down(realm, parameters, refusal)
        raise


def use_up(realm: Realm, connection: Connection, proof: Proof) -> None:
    """Remember a signature by one INSERT, which only the first of its users wins. Raises EsiaRefused for the others.

    The text is remembered and not the bytes: whoever holds a key can sign a text twice, and whoever does not can sometimes
    write one signature in two ways.

    Several public clients of v1 give their token call the `state` of the authorization request. Where a test walks through the
    pages within one second both calls have the same text, and the same signature: `may_follow` lets the second be, at once.
    Only a code is redeemed so: the browser has seen that signature, and must get nothing else by it.

    A `timestamp` may be ahead of the moment of signing by as much as we allow, and what an older database may have forgotten
    is refused by the earliest such moment.
    """
    skew = realm.settings.esia.skew_seconds
    client_id, ends_at = proof.signer.client.client_id, proof.at + skew
    is_new = not is_of_older_epoch(connection, proof.at - skew + SKEW_SECONDS)
    if is_new:
        is_new = _remember(realm, connection, f"{client_id}\0".encode() + proof.text, ends_at)
        if proof.redeems_code:
            # Remembered of every such call, or one that came before its own time could come once more in it.
            is_first = _remember(realm, connection, f"{client_id}\0token\0".encode() + proof.text, ends_at)
            is_new = is_first and (is_new or proof.may_follow)
    if not is_new:
        raise EsiaRefused(WRONG_SIGNATURE[proof.version], cause="the signature was used before")


def write_down(realm: Realm, parameters: Mapping[str, str], refusal: EsiaRefused) -> None:
    """Somebody who proved nothing was refused: one row for each address and minute, whatever they send."""
    named = "".join(character for character in parameters.get("client_id", "") if character.isprintable())
    strangers.write_down(
        realm,
        Event.CLIENT_REFUSED,
        object=f"client:{named[:MAX_NAME_LENGTH] or 'unknown'}",
        outcome=refusal.outcome,
        cause=refusal.cause,
    )


def known_system(realm: Realm, client_id: str) -> Client:
    """The system of this mnemonic. Raises EsiaRefused for one that nobody registered, or that speaks the other dialect."""
    with realm.database.read() as connection:
        return _known_system(connection, client_id)


def _known_system(connection: Connection, client_id: str) -> Client:
    client = registry.find(connection, client_id) if len(client_id) <= MAX_NAME_LENGTH else None
    if client is None:
        raise EsiaRefused("008010", cause="client_id is unknown")
    if client.dialect != "esia":
        raise EsiaRefused("008010", cause="client_id is of a system of the standard endpoints")
    return client


def _prove(
    realm: Realm, parameters: Mapping[str, str], *, version: Version, recipes: Sequence[Recipe], redeems_code: bool
) -> Proof:
    # A refresh is signed over the refresh token instead of an address by whoever does not name its certificate either.
    check_proof(parameters, needs_hash=version == "v2" and R2 not in recipes)
    with realm.database.read() as connection:
        client = _known_system(connection, parameters["client_id"])
        registered = certificates.of_client(connection, client.client_id)
    now = realm.clock.now()
    at = check_timestamp(parameters["timestamp"], now=now, skew_seconds=realm.settings.esia.skew_seconds)
    wrong = WRONG_SIGNATURE[version]
    try:
        signature = read_client_secret(parameters["client_secret"])
    except SecretUnreadable as reason:
        raise EsiaRefused(wrong, cause=str(reason)) from None
    if not registered:
        raise EsiaRefused("007002", cause="the system has no certificate")
    candidates = _candidates(realm, parameters.get("client_certificate_hash", ""), registered) if version == "v2" else registered
    if not candidates:
        raise EsiaRefused(wrong, cause="client_certificate_hash is of no certificate of the system")
    texts = list(dict.fromkeys(recipe.text(parameters) for recipe in recipes))
    verify = _verify_cms if version == "v1" else _verify_raw
    try:
        text, certificate = verify(realm, signature, texts, candidates, now)
    except SignatureRefused as refusal:
        raise EsiaRefused(wrong, cause=f"{refusal.reason}: {refusal.detail}") from None
    redeems_code = redeems_code and version == "v1"
    may_follow = abs(now - at) <= SAME_MOMENT_SECONDS
    return Proof(Signer(client, certificate), version, text, at, redeems_code, may_follow)


def _candidates(realm: Realm, named: str, registered: Sequence[RegisteredCertificate]) -> Sequence[RegisteredCertificate]:
    """The certificates that a hash may mean; all of them where a request names none."""
    if not named:
        return registered
    takes_sha256 = realm.settings.esia.sha256_hash
    return [
        each for each in registered if named.upper() == each.streebog_hash or (takes_sha256 and named.lower() == each.fingerprint)
    ]


def _verify_cms(
    realm: Realm, signature: bytes, texts: Sequence[bytes], registered: Sequence[RegisteredCertificate], now: int
) -> tuple[bytes, RegisteredCertificate]:
    first: SignatureRefused | None = None
    by_der = {each.der: each for each in registered}
    for text in texts:
        try:
            return text, by_der[verify_cms(signature, text, list(by_der), now)]
        except SignatureRefused as refusal:
            first = first or refusal
    assert first is not None, "there is always a text"
    raise first


def _verify_raw(
    realm: Realm, signature: bytes, texts: Sequence[bytes], registered: Sequence[RegisteredCertificate], now: int
) -> tuple[bytes, RegisteredCertificate]:
    first: SignatureRefused | None = None
    for certificate in registered:
        for text in texts:
            try:
                verify_raw(signature, text, certificate.der, now, takes_rsa=realm.settings.esia.rsa_on_v2)
            except SignatureRefused as refusal:
                first = first or refusal
            else:
                return text, certificate
    assert first is not None, "there is always a text and a certificate"
    raise first


def _remember(realm: Realm, connection: Connection, what: bytes, expires_at: int) -> bool:
    """Says whether it was new."""
    row = {"signature_hash": hashlib.sha256(what).digest(), "expires_at": expires_at}
    return connection.execute(REMEMBER[realm.database.is_sqlite], row).first() is not None
