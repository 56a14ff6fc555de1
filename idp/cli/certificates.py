"""Certificates of the test authority from the command line."""

import re

import click

from ground.chance import SystemChance
from ground.clock import SystemClock
from idp.authority.root import certificate_file, open_root
from idp.authority.server_certificates import ensure_server_certificate, server_files
from idp.errors import StandUnusable
from idp.settings import Settings, read_settings

OWNER = re.compile(r"[a-z][a-z0-9-]{0,30}")


@click.group()
def certificate() -> None:
    """Certificates of the test authority, which vouches for test names only."""


@certificate.command()
@click.argument("names", metavar="NAME…", nargs=-1, required=True)
@click.option("--for", "owner", default=None, help="Whose certificate it is: a folder under keys/ (default: this instance).")
def server(names: tuple[str, ...], owner: str | None) -> None:
    """Have a server certificate for the names, in keys/<owner>/tls; one that is still good is left alone.

    A NAME is localhost, a name under .localhost or .test, or a loopback address.
    """
    settings = _test_settings()
    owner = owner or settings.instance
    if not OWNER.fullmatch(owner) or owner == "authority":
        raise StandUnusable(f"--for is a folder under keys/, such as idp or rp, not {owner!r}")
    # The clock of the stand is moved by tests; browsers and libraries judge certificates by the machine's own.
    clock, chance = SystemClock(), SystemChance()
    keys = settings.home / "keys"
    root, is_new = open_root(keys / "authority", clock=clock, chance=chance)
    if is_new:
        click.echo(f"made {certificate_file(keys / 'authority')}, the authority to trust")
    place = server_files(keys / owner / "tls")
    if ensure_server_certificate(root, keys / owner / "tls", names, clock=clock, chance=chance):
        click.echo(f"made {place.certificate} for {', '.join(names)}")


def _test_settings() -> Settings:
    settings = read_settings()
    if not settings.is_test:
        raise StandUnusable('the test authority works only with environment = "test"')
    return settings
