"""Making the provider ready to serve: the database migrated, the seed loaded. Fast when nothing is to do."""

from collections.abc import Iterator

import click

from ground.preparation import bring_up_to_date
from idp.database import MIGRATIONS
from idp.epoch.settling import settle
from idp.realm import Realm, open_realm
from idp.seed import load_seed
from idp.settings import read_settings


@click.command()
def prepare() -> None:
    """Migrate the database and enter the people and systems of the seed that are missing."""
    settings = read_settings()
    settings.var_folder.mkdir(parents=True, exist_ok=True)
    realm = open_realm(settings)
    for line in prepare_database(realm):
        click.echo(line)
    realm.database.close()


def prepare_database(realm: Realm, *, because: str | None = None) -> Iterator[str]:
    """Migrate, end what an older copy would bring to life, load the seed, and say in a line each what was done.

    `because` is why a new epoch begins in any case.
    """
    settings = realm.settings
    yield bring_up_to_date(
        realm.database,
        MIGRATIONS,
        sqlite_file=settings.sqlite_file,
        backups=settings.var_folder,
        clock=realm.clock,
    )
    yield from settle(realm, because=because)
    yield from load_seed(realm)
