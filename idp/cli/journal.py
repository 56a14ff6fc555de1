"""Verifying the journal, and beginning its heads anew."""

import click

from ground.journal.telling import tell
from idp.audit.heads import keeper_of, verified
from idp.realm import open_realm
from idp.settings import read_settings


@click.group()
def journal() -> None:
    """The journal of security events."""


@journal.command()
@click.option("--json", "as_json", is_flag=True, help="Say it for programs.")
def verify(as_json: bool) -> None:
    """Walk the chain, compare it with the heads kept outside the database, and name the first row that is wrong.

    Rows that were edited, removed, moved, cut off the end, or put back to an earlier day are told apart.
    """
    realm = open_realm(read_settings())
    report = verified(realm)
    realm.database.close()
    tell(report, as_json=as_json)


@journal.command()
def anchor() -> None:
    """Begin another file of heads: after a restore from a backup. The old one stays beside it, and the journal says so."""
    realm = open_realm(read_settings())
    with keeper_of(realm).begin_anew():
        pass
    realm.database.close()
    click.echo("another file of heads has begun")
