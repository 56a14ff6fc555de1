"""Everything that belongs to one registry, as one value. There are no other globals.

Rooms above keep what they remember for one registry (the provider's keys, for example) in `realm.room(Kind)`.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import current_app

from ground.chance import Chance, SystemChance
from ground.clock import Clock, FileClock, SystemClock, monotonic_seconds
from ground.database import Database
from ground.fetch import FetchPolicy, Transport
from ground.jobs import Jobs
from ground.journal import Journal
from ground.outbox import Outbox
from ground.sealing import SecretsUnusable, Vault, load_secrets
from ground.tombstones import Tombstones
from rp.database import FAILING, JOBS, JOURNAL, OUTBOX, WATERMARKS
from rp.delivery import make_dispatch
from rp.settings import Home, Settings

Room = TypeVar("Room")
EXTENSION = "realm"


@dataclass(frozen=True, eq=False)
class Realm:
    """One registry: what it is told, what it may ask, and what it keeps."""

    settings: Settings
    home: Home
    database: Database
    clock: Clock
    chance: Chance
    vault: Vault
    journal: Journal
    tombstones: Tombstones
    jobs: Jobs
    outbox: Outbox
    fetch_policy: FetchPolicy
    transport: Transport | None
    client_secret: str = field(repr=False)
    csrf_key: bytes = field(repr=False)
    heads_key: bytes = field(repr=False)
    monotonic: Callable[[], float] = monotonic_seconds
    _rooms: dict[Any, Any] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def without_tombstones(self) -> "Realm":
        """The same registry for whoever does again what the tombstones tell of: no tombstone is written."""
        return replace(self, tombstones=self.tombstones.muted())

    def room(self, kind: Callable[["Realm"], Room]) -> Room:
        """The one `kind` of this registry, made with the realm on first use."""
        with self._lock:
            if kind not in self._rooms:
                self._rooms[kind] = kind(self)
            return cast(Room, self._rooms[kind])


def open_realm(
    settings: Settings,
    home: Home,
    *,
    clock: Clock | None = None,
    chance: Chance | None = None,
    transport: Transport | None = None,
    monotonic: Callable[[], float] = monotonic_seconds,
) -> Realm:
    """Open the registry: its secrets and its database. Raises SecretsUnusable.

    Clock, chance and transport are the machine's own unless they are given.
    """
    chance = chance or SystemChance()
    clock = clock or (FileClock(home.clock_file) if settings.is_test else SystemClock())
    secrets = load_secrets(home.secrets_file)
    load_secrets(home.encryption_keys_file)  # refused now, and not when the first record is opened
    try:
        client_secret = home.client_file.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise SecretsUnusable(f"{home.client_file} is missing: run scripts/keys to make it") from None
    database = Database(home.database_url(settings))
    vault, jobs = Vault(secrets, chance), Jobs(JOBS, database, clock, chance)
    return Realm(
        settings=settings,
        home=home,
        database=database,
        clock=clock,
        chance=chance,
        vault=vault,
        journal=Journal(JOURNAL, secrets.derive("journal"), clock),
        tombstones=Tombstones(home.tombstones_file, WATERMARKS, secrets.derive("tombstones"), clock, SystemChance()),
        jobs=jobs,
        outbox=Outbox(OUTBOX, FAILING, vault, clock, chance, jobs, make_dispatch(settings, home, transport)),
        fetch_policy=_fetch_policy(settings, home),
        transport=transport,
        client_secret=client_secret,
        csrf_key=secrets.derive("csrf"),
        heads_key=secrets.derive("journal heads"),
        monotonic=monotonic,
    )


def _fetch_policy(settings: Settings, home: Home) -> FetchPolicy:
    """We talk to the provider and to nobody else."""
    return FetchPolicy(
        hosts=frozenset({(urlsplit(settings.issuer).hostname or "").lower()}),
        allow_test_hosts=False,
        trusted_ca_file=home.resolve(settings.trusted_ca_file) if settings.trusted_ca_file else None,
        addresses=dict(settings.fetch_addresses),
    )


def current_realm() -> Realm:
    """The realm of the application that serves this request."""
    return cast(Realm, current_app.extensions[EXTENSION])
