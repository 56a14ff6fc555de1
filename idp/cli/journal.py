"""Reading and verifying the journal."""

import click

from idp.errors import StandUnusable
from idp.realm import open_realm
from idp.settings import read_settings


@click.group()
def journal() -> None:
    """The journal of security events."""


@journal.command()
def verify() -> None:
    """Walk the chain and name every row that was edited, removed or moved."""
    realm = open_realm(read_settings())
    with realm.database.read() as connection:
        findings = realm.journal.verify(connection)
    if findings:
        raise StandUnusable("the journal is broken: " + ", ".join(f"row {found.seq} {found.kind}" for found in findings))
    click.echo("the journal is whole")
