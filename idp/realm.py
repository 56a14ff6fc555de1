"""The realm: everything that belongs to one issuer, as one value that request handling receives.

There are no globals. A second issuer in the same process is a second realm, never a second code path.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from ground.chance import Chance, SystemChance
from ground.clock import Clock, FileClock, SystemClock
from ground.counted_chance import CountedChance
from ground.database import Database
from ground.fetch import FetchPolicy, Session, Transport, open_session
from ground.jobs import Jobs
from ground.journal import Journal
from ground.outbox import Outbox
from ground.sealing import Secrets, Vault, load_secrets
from ground.tombstones import Tombstones
from idp.database import DRAWS, FAILING, JOBS, JOURNAL, OUTBOX, WATERMARKS
from idp.delivery import make_dispatch
from idp.seams import HONEST, Seams
from idp.settings import Settings

Kept = TypeVar("Kept")


@dataclass(frozen=True, eq=False)
class Realm:
    """One issuer: its settings, database, clock, chance and symmetric secrets, and `fetch`, its only way out.

    `name` tells a sandbox from its neighbours and is empty for the realm that a process was started for; `rsa_pool` is
    where the sandboxes' RSA keys come from. Signing keys are asked of `keyring`, which remembers them here and imports us,
    never the reverse.
    """

    settings: Settings
    database: Database
    clock: Clock
    chance: Chance
    secrets: Secrets
    vault: Vault
    journal: Journal
    outbox: Outbox
    jobs: Jobs
    tombstones: Tombstones
    fetch: Session
    seams: Seams = HONEST
    name: str = ""
    rsa_pool: Path | None = None
    acts_for_test: bool = False
    """Does the test API act here? Then what is done is marked: journal rows, proofs, consents, and so sessions and tokens."""
    _memory: dict[str, Any] = field(default_factory=dict)

    @property
    def issuer(self) -> str:
        return self.settings.issuer

    def url(self, path: str) -> str:
        """An address of this issuer. Never built from a Host header."""
        return self.issuer + path

    def acting_for_test(self) -> "Realm":
        """The same issuer, with everything that is done marked as done by the test API. It remembers together with this one."""
        return replace(self, acts_for_test=True)

    def without_tombstones(self) -> "Realm":
        """The same issuer for whoever kills again what was buried before."""
        return replace(self, tombstones=self.tombstones.muted())

    def at(self, clock: Clock) -> "Realm":
        """The same issuer at another time; its own clock stays where it is."""
        jobs = Jobs(JOBS, self.database, clock, self.chance)
        return replace(
            self,
            clock=clock,
            journal=Journal(JOURNAL, self.secrets.derive("journal"), clock),
            outbox=self.outbox.at(clock, jobs),
            jobs=jobs,
            _memory={},  # what is remembered may hold the clock
        )

    def remember(self, name: str, make: Callable[[], Kept]) -> Kept:
        """The value that a room keeps for this realm, made on first use. Threads that come at once get the same."""
        if name not in self._memory:
            self._memory.setdefault(name, make())
        value: Kept = self._memory[name]
        return value


def open_realm(
    settings: Settings,
    *,
    clock: Clock | None = None,
    chance: Chance | None = None,
    seams: Seams = HONEST,
    transport: Transport | None = None,
    fetch: Session | None = None,
    name: str = "",
    seed: bytes | None = None,
    rsa_pool: Path | None = None,
) -> Realm:
    """Open the realm that the settings describe. Raises SecretsUnusable, DatabaseUnsafe.

    On a test stand the clock is the stand's, which the control plane moves; in production it is the machine's.
    `transport` stands in for the network, `fetch` is the way out of a realm beside this one. A realm with a name is a
    sandbox; with a seed every draw follows from it.
    """
    clock = clock or (FileClock(settings.var_folder / "clock") if settings.is_test else SystemClock())
    database = Database(settings.effective_database_url, is_disposable=bool(name))
    chance = chance or (CountedChance(DRAWS, database, seed) if seed is not None else SystemChance())
    secrets = load_secrets(settings.keys_folder / "secrets.json")
    # What is sealed is opened again and never compared, so nonces need not follow a seed, and must never come twice.
    vault = Vault(secrets, SystemChance())
    jobs = Jobs(JOBS, database, clock, chance)
    return Realm(
        settings=settings,
        database=database,
        clock=clock,
        chance=chance,
        secrets=secrets,
        vault=vault,
        journal=Journal(JOURNAL, secrets.derive("journal"), clock),
        outbox=Outbox(OUTBOX, FAILING, vault, clock, chance, jobs, make_dispatch(settings, transport)),
        jobs=jobs,
        # A sandbox is put back on purpose, again and again: nothing of it is remembered outside.
        tombstones=Tombstones(
            None if name else settings.tombstones_file, WATERMARKS, secrets.derive("tombstones"), clock, SystemChance()
        ),
        fetch=fetch or _fetch_session(settings, transport),
        seams=seams,
        name=name,
        rsa_pool=rsa_pool,
    )


def _fetch_session(settings: Settings, transport: Transport | None) -> Session:
    """What fetches the documents that clients publish: from listed hosts only."""
    policy = FetchPolicy(
        hosts=frozenset(host.lower() for host in settings.fetch_hosts),
        allow_test_hosts=settings.is_test,
        trusted_ca_file=settings.trusted_ca_file,
        addresses=dict(settings.fetch_addresses),
    )
    return open_session(policy, transport)
