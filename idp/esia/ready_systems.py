"""The systems of ESIA's dialect that a test stand begins with, and the keys that its own set-up makes for them.

A key lies beside its certificate under `keys/idp/esia`: whoever tries the stand signs with it, nobody else has it.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from ground.chance import Chance
from idp.authority import files
from idp.clients import certificates, registry
from idp.cms import gost_engine
from idp.errors import RequestRefused, StandUnusable
from idp.esia import systems
from idp.esia.new_identity import KEY_ALGORITHMS, KeyAlgorithm, make_identity
from idp.realm import Realm
from idp.settings import Settings

Entry = dict[str, Any]
"""A system as the seed's file says it."""


def key_file(settings: Settings, mnemonic: str, algorithm: KeyAlgorithm) -> Path:
    """The private key of a ready system."""
    return settings.home / "keys" / settings.instance / "esia" / f"{mnemonic}-{algorithm}.key"


def certificate_file(settings: Settings, mnemonic: str, algorithm: KeyAlgorithm) -> Path:
    """Its certificate."""
    return key_file(settings, mnemonic, algorithm).with_suffix(".pem")


def make_missing_keys(settings: Settings, entries: Sequence[Entry], *, now: int, chance: Chance) -> Iterator[Path]:
    """Make the keys that are missing, those of GOST where this machine can compute it, and name each file."""
    can_be_made = KEY_ALGORITHMS if gost_engine.is_available() else ("rsa",)
    for mnemonic in (str(entry["mnemonic"]) for entry in entries):
        for algorithm in can_be_made:
            key, certificate = key_file(settings, mnemonic, algorithm), certificate_file(settings, mnemonic, algorithm)
            if key.exists() and certificate.exists():
                continue
            identity = make_identity(mnemonic, algorithm, now=now, chance=chance)
            files.write_secret(key, identity.private)
            files.write_secret(certificate, identity.certificate_pem)
            yield from (key, certificate)


def enter_ready(realm: Realm, connection: Connection, entry: Entry, *, actor: str) -> bool:
    """Register a ready system whose keys were made, or bring its terms up to date. True when it is new.

    A certificate that an operator removed stays removed. Without keys there is no such system: nobody could sign for it.
    """
    given = [certificate_file(realm.settings, entry["mnemonic"], algorithm) for algorithm in KEY_ALGORITHMS]
    documents = [file.read_bytes() for file in given if file.exists()]
    if not documents:
        return False
    try:
        wanted, ders = systems.read_system(_terms(entry), is_test=True), systems.read_certificates(documents)
        known = registry.find(connection, wanted.client_id)
        if known is None and registry.was_registered(connection, wanted.client_id):
            return False
        if known is None:
            systems.register(realm, connection, wanted, ders, actor=actor)
            return True
        if known != wanted:
            registry.replace_terms(realm, connection, wanted, actor=actor)
        for der in ders:
            if not certificates.was_added(connection, wanted.client_id, der):
                systems.add_certificate(realm, connection, wanted.client_id, der, actor=actor)
    except RequestRefused as refusal:
        raise StandUnusable(f"the seed's system {entry['mnemonic']}: {refusal.description}") from None
    return False


def _terms(entry: Entry) -> systems.Terms:
    return systems.Terms(
        mnemonic=entry["mnemonic"],
        redirect_uris=tuple(entry["redirect_uris"]),
        name=entry["name"],
        scope=entry["scope"],
        algorithm=entry.get("algorithm", "RS256"),
        organisation=entry["organisation"],
        purpose=entry["purpose"],
    )
