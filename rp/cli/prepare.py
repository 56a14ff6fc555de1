"""Bringing the database to this version, and putting an older copy of it in its place."""

import os
from pathlib import Path

import click

from ground.alone import alone_in
from ground.preparation import bring_up_to_date
from ground.restoring import CopyUnusable, check_copy, put_in_place
from rp.access.heads import keeper_of
from rp.cli.opening import one_sentence, opened
from rp.database import MIGRATIONS
from rp.epoch import settle
from rp.realm import Realm
from rp.records.resealing import reseal_old
from rp.seed import enter_seed
from rp.settings import read_settings


@click.command()
@one_sentence
def prepare() -> None:
    """Bring the database to this version and load the seed; what is done already is not done again."""
    with opened() as realm:
        prepare_database(realm)


def prepare_database(realm: Realm, *, because: str | None = None) -> None:
    """Migrate, backing up first what would be changed, end what an older copy would bring to life, and load the seed.

    `because` is why a new epoch begins in any case. Raises the refusals of the command.
    """
    file = realm.database.engine.url.database if realm.database.is_sqlite else None
    done = bring_up_to_date(
        realm.database,
        MIGRATIONS,
        sqlite_file=Path(file) if file else None,
        backups=realm.home.variable,
        clock=realm.clock,
    )
    click.echo(f"rp: {done}")
    if count := reseal_old(realm):
        click.echo(f"rp: {count} people and records sealed by keys of their own")
    for line in settle(realm, because=because):
        click.echo(f"rp: {line}")
    with realm.database.write() as connection:
        for line in enter_seed(connection, realm):
            click.echo(f"rp: {line}")


@click.command()
@click.argument("copy", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@one_sentence
def restore(copy: Path) -> None:
    """Put COPY in the place of the database: everybody signs in anew."""
    settings, home = read_settings(os.environ)
    if settings.database_url:
        raise CopyUnusable("the database is a server's: restore it there, and run propusk-registry prepare before it serves")
    check_copy(copy)
    with alone_in(home.variable), opened() as realm:
        realm.tombstones.lines()  # refuses while everything is as it was
        for line in put_in_place(copy, home.sqlite_file, realm.clock):
            click.echo(line)
        prepare_database(realm, because="a copy of the database was restored")
        with keeper_of(realm).begin_anew():  # the heads of the time after the copy belong to the database that was there
            pass
