"""Systems of the ESIA dialect on the command line: registered, and shown with what an integrator has to copy."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import click

from idp.clients import certificates, registry
from idp.clients.certificates import RegisteredCertificate
from idp.cms.certificate import describe_certificate
from idp.errors import RequestRefused, StandUnusable
from idp.esia import systems
from idp.protocol.client import Client
from idp.protocol.vocabulary import EsiaAlgorithm
from idp.realm import Realm


def register_system(realm: Realm, terms: systems.Terms, documents: Sequence[bytes], *, actor: str) -> Client:
    """Register a system with these certificates. Raises StandUnusable with the sentence for whoever typed it."""
    try:
        wanted, ders = systems.read_system(terms, is_test=realm.settings.is_test), systems.read_certificates(documents)
        with realm.database.write() as connection:
            return systems.register(realm, connection, wanted, ders, actor=actor)
    except RequestRefused as refusal:
        raise StandUnusable(refusal.description) from None


def change_system(
    realm: Realm,
    client_id: str,
    *,
    redirect_uris: Sequence[str],
    scope: str | None,
    name: str | None,
    algorithm: EsiaAlgorithm | None,
    actor: str,
) -> Client:
    """Give a system other terms; what is not said stays as it is. Raises StandUnusable."""
    present = find_system(realm, client_id)
    terms = systems.Terms(
        client_id,
        tuple(redirect_uris) or present.redirect_uris,
        name or present.name,
        scope or " ".join(sorted(present.scopes)),
        algorithm or present.esia_algorithm,
        present.organisation,
        present.purpose,
    )
    try:
        wanted = systems.read_system(terms, is_test=realm.settings.is_test)
        with realm.database.write() as connection:
            return registry.replace_terms(realm, connection, wanted, actor=actor)[0]
    except RequestRefused as refusal:
        raise StandUnusable(refusal.description) from None


def find_system(realm: Realm, client_id: str) -> Client:
    """The system of this mnemonic. Raises StandUnusable."""
    with realm.database.read() as connection:
        found = registry.find(connection, client_id)
    if found is None:
        raise StandUnusable(f"there is no client {client_id} here, or it is disabled")
    if found.dialect != "esia":
        raise StandUnusable(f"{client_id} is a client of the standard endpoints, and no system of ESIA's dialect")
    return found


def print_system(realm: Realm, system: Client) -> None:
    """What is registered of it, as JSON."""
    with realm.database.read() as connection:
        registered = certificates.of_client(connection, system.client_id)
    document = {
        "client_id": system.client_id,
        "client_name": system.name,
        "dialect": system.dialect,
        "redirect_uris": list(system.redirect_uris),
        "scope": " ".join(sorted(system.scopes)),
        "esia_algorithm": system.esia_algorithm,
        "issuer": realm.settings.esia.issuer,
        "base_url": realm.issuer,
        "certificates": [shown_certificate(each) for each in registered],
    }
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


def shown_certificate(certificate: RegisteredCertificate) -> dict[str, Any]:
    """A certificate in words, with the hash that requests of v2 and v3 name it by."""
    described = describe_certificate(certificate.der)
    return {
        "fingerprint": certificate.fingerprint,
        "client_certificate_hash": certificate.streebog_hash,
        "key": described.key,
        "subject": described.subject,
        "not_before": _day(described.not_before),
        "not_after": _day(described.not_after),
    }


def _day(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")
