"""How a command opens the registry, and how it says what went wrong: one sentence on stderr and exit code 1."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import click

from ground.alone import StandRuns
from ground.journal.telling import JournalBroken
from ground.migration import DatabaseNewer
from ground.restoring import CopyUnusable
from ground.sealing import SealBroken, SecretsUnusable
from ground.settings import SettingRefused
from ground.tombstones import TombstonesBroken
from rp.database import MIGRATIONS, DatabaseNotReady
from rp.notices.publications import PublicationRefused
from rp.patients.snils import SnilsRefused
from rp.realm import Realm, open_realm
from rp.records.bundle import BundleRefused
from rp.records.seed import SeedRefused
from rp.reports.statistics_file import StatisticsRefused
from rp.settings import read_settings

REFUSALS = (
    BundleRefused,
    CopyUnusable,
    DatabaseNewer,
    DatabaseNotReady,
    JournalBroken,
    PublicationRefused,
    SealBroken,
    SecretsUnusable,
    SeedRefused,
    SettingRefused,
    SnilsRefused,
    StandRuns,
    StatisticsRefused,
    TombstonesBroken,
)

Command = Callable[..., None]


def one_sentence(command: Command) -> Command:
    """Turn a refusal into its sentence on stderr and exit code 1."""

    @wraps(command)
    def run(*arguments: Any, **options: Any) -> None:
        try:
            command(*arguments, **options)
        except REFUSALS as error:
            raise SystemExit(_say_error(str(error))) from None
        except OSError as error:
            raise SystemExit(_say_error(f"{error.filename or 'a file'}: {error.strerror or error}")) from None

    return run


def _say_error(text: str) -> int:
    click.echo(text, err=True)
    return 1


@contextmanager
def opened() -> Iterator[Realm]:
    """The registry of the environment, closed when the command is done."""
    settings, home = read_settings(os.environ)
    home.variable.mkdir(parents=True, exist_ok=True)
    realm = open_realm(settings, home)
    try:
        yield realm
    finally:
        realm.database.close()


@contextmanager
def opened_when_prepared() -> Iterator[Realm]:
    """The same, for commands that need the tables. Raises DatabaseNotReady."""
    with opened() as realm:
        if not MIGRATIONS.check(realm.database):
            raise DatabaseNotReady("the database is not prepared: run propusk-registry prepare")
        yield realm
