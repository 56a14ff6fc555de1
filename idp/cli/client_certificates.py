"""The certificates that a system of the ESIA dialect signs with, from the command line. A system may have several."""

import hashlib
import re
from pathlib import Path

import click

from idp.cli.esia_systems import find_system, shown_certificate
from idp.clients import certificates
from idp.errors import RequestRefused, StandUnusable
from idp.esia import systems
from idp.realm import open_realm
from idp.settings import read_settings

ACTOR = "operator:command line"
FINGERPRINT = re.compile(r"[0-9a-f]{64}\Z")


@click.group()
def certificate() -> None:
    """Certificates that a system of ESIA's dialect signs with."""


@certificate.command()
@click.argument("client_id", metavar="CLIENT")
@click.argument("files", metavar="FILE…", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def add(client_id: str, files: tuple[Path, ...]) -> None:
    """Let CLIENT sign with the certificates of these files, too (PEM or DER)."""
    realm = open_realm(read_settings())
    system = find_system(realm, client_id)
    try:
        ders = systems.read_certificates(file.read_bytes() for file in files)
        with realm.database.write() as connection:
            for der in ders:
                added = systems.add_certificate(realm, connection, system.client_id, der, actor=ACTOR)
                click.echo(f"{added.fingerprint}  {added.streebog_hash}")
    except RequestRefused as refusal:
        raise StandUnusable(refusal.description) from None


@certificate.command()
@click.argument("client_id", metavar="CLIENT")
@click.argument("which", metavar="FILE")
def remove(client_id: str, which: str) -> None:
    """Believe nothing any more that CLIENT signs with this certificate: a file, or the fingerprint that `list` prints."""
    realm = open_realm(read_settings())
    system = find_system(realm, client_id)
    with realm.database.write() as connection:
        is_done = certificates.remove(realm, connection, system.client_id, _fingerprint(which), actor=ACTOR)
    if not is_done:
        raise StandUnusable(f"{client_id} has no such certificate")
    click.echo("removed")


@certificate.command("list")
@click.argument("client_id", metavar="CLIENT")
def list_certificates(client_id: str) -> None:
    """Print the certificates of CLIENT, a line each: fingerprint, client_certificate_hash, key, subject, last day."""
    realm = open_realm(read_settings())
    system = find_system(realm, client_id)
    with realm.database.read() as connection:
        for registered in certificates.of_client(connection, system.client_id):
            shown = shown_certificate(registered)
            words = ("fingerprint", "client_certificate_hash", "key", "subject", "not_after")
            click.echo("  ".join(shown[word] for word in words))


def _fingerprint(which: str) -> str:
    """SHA-256 of the DER, in hex."""
    if FINGERPRINT.match(which.lower()):
        return which.lower()
    path = Path(which)
    if not path.is_file():
        raise StandUnusable(f"{which} is neither a file nor a fingerprint of 64 hex digits")
    try:
        der = systems.read_certificates([path.read_bytes()])[0]
    except RequestRefused as refusal:
        raise StandUnusable(refusal.description) from None
    return hashlib.sha256(der).hexdigest()
