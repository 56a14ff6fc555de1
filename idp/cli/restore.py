"""Going back to an older database without bringing anything dead to life."""

from collections.abc import Iterator
from pathlib import Path

import click

from ground.alone import alone_in
from ground.restoring import check_copy, put_in_place
from idp.audit.heads import keeper_of
from idp.cli.prepare import prepare_database
from idp.database import MIGRATIONS
from idp.epoch.settling import settle
from idp.errors import StandUnusable
from idp.realm import Realm, open_realm
from idp.settings import read_settings

RESTORED = "a copy of the database was restored"
BY_OPERATOR = "the operator asked for it"


@click.command()
@click.argument("copy", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(copy: Path) -> None:
    """Put COPY in the place of the database: everybody signs in anew, and what was withdrawn or revoked stays so."""
    settings = read_settings()
    if settings.sqlite_file is None:
        raise StandUnusable(
            "the database is a server's: restore it there, then run propusk epoch raise on every node before it serves"
        )
    check_copy(copy)
    with alone_in(settings.var_folder):
        realm = open_realm(settings)
        realm.tombstones.lines()  # refuses while everything is as it was
        for line in put_in_place(copy, settings.sqlite_file, realm.clock):
            click.echo(line)
        for line in prepare_restored(realm):
            click.echo(line)
        realm.database.close()


def prepare_restored(realm: Realm) -> Iterator[str]:
    """Migrate the copy, begin a new epoch, and load the seed, saying in a line each what was done.

    The heads of the journal know rows that are lost now. The operator wanted that, so another file begins; where a rollback
    is found at a start, nobody has said so, and the heads go on telling of it.
    """
    yield from prepare_database(realm, because=RESTORED)
    with realm.database.read() as connection:
        findings = realm.journal.verify(connection)
    yield "its journal is whole" if not findings else f"its journal is broken: {findings[0].sentence}"
    with keeper_of(realm).begin_anew():
        pass
    yield "the heads of the journal begin anew, those of before stay beside them"


@click.group()
def epoch() -> None:
    """What ends together when an older database came back."""


@epoch.command("raise")
def raise_() -> None:
    """Begin a new epoch: every session, token, code, challenge and paused request ends now."""
    settings = read_settings()
    realm = open_realm(settings)
    if not MIGRATIONS.check(realm.database):
        raise StandUnusable("the database is not up to date: run propusk prepare")
    for line in settle(realm, because=BY_OPERATOR):
        click.echo(line)
    realm.database.close()
