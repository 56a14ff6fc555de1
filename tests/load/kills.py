"""Two providers over one database are killed (SIGKILL) under load, again and again: what was acknowledged holds.

    python -m tests.load.kills [--cycles 100] [--database sqlite|postgresql|both] [--seed 1]

In each cycle four clients use up, revoke, end, lock, change and remove things over HTTP; at a random moment both providers die,
and each third time PostgreSQL before them. They are started anew, and everything whose end had been acknowledged before the
kill is tried once more (I2, I3): none of it may be alive. What was given must be there (I1), each change has its journal row
and each row its change (I4), the chain is whole (I5), the database knows every tombstone, and nobody had to help (I8). A
provider that answers before it has committed is planted first, and a run that does not see it is void. Exit status 1 for any
counter-example.
"""

import argparse
import random
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from ground.clock import FixedClock
from idp.realm import Realm, open_realm
from idp.settings import read_settings
from tests.idp.stand import Stand, make_keys
from tests.load import raced_things
from tests.load.doomed import DEEDS, Deed, World
from tests.postgresql.cluster import Cluster, running_cluster
from tests.reliability.servers import Servers
from tests.running_stand import Addresses, free_ports, write_settings

CLIENTS = 4
LOAD_SECONDS = (0.5, 2.5)
START_SECONDS = 5.0
KILLS_OF_THE_DATABASE = 3
"""Each third time PostgreSQL is killed too, before the providers are. (SQLite dies with them.)"""
PLANTED_CYCLES = 20
ROOT = Path(__file__).parents[2]
CHEAP = "[password_hashing]\nmemory_kib = 8\niterations = 1\n"
PAIRS = (
    ("authorization.redeemed", "SELECT count(*) FROM authorization_codes WHERE redeemed_at IS NOT NULL"),
    ("tokens.refreshed", "SELECT count(*) FROM refresh_tokens WHERE rotated_at IS NOT NULL"),
    ("account.locked", "SELECT count(*) FROM citizens WHERE locked_at IS NOT NULL"),
    ("session.ended", "SELECT count(*) FROM sessions WHERE ended_at IS NOT NULL"),
    ("client.disabled", "SELECT count(*) FROM information_systems WHERE disabled_at IS NOT NULL"),
)
"""An event of the journal, and the changes that it stands for."""


@dataclass
class Findings:
    """What a campaign saw: how many ends were acknowledged, what was wrong, and how long the starts took."""

    cycles: int = 0
    databases: int = 0
    acknowledged: Counter[str] = field(default_factory=Counter)
    unanswered: int = 0
    wrong: list[str] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)

    def lines(self) -> list[str]:
        told = ", ".join(f"{count} x {name}" for name, count in sorted(self.acknowledged.items()))
        slowest = max(self.starts, default=0)
        return [
            f"  {self.cycles} kills, {self.databases} of PostgreSQL too",
            f"  acknowledged: {self.acknowledged.total()} ({told})",
            f"  cut off before an answer: {self.unanswered}",
            f"  alive though acknowledged, or otherwise wrong: {len(self.wrong)}",
            f"  two providers answer after {sum(self.starts) / len(self.starts):.1f} s in the mean, {slowest:.1f} s at most",
            *(f"    {each}" for each in self.wrong[:10]),
        ]


class Campaign:
    """The servers, their database, and the clients that use them."""

    def __init__(self, home: Path, *, module: str = "idp.cli", cluster: Cluster | None = None) -> None:
        self.at = Addresses.on_localhost()
        self.ports = (self.at.idp_port, *free_ports(1))
        self.servers = Servers(home, self.at, provider=module)
        self.home = home
        self.findings = Findings()
        self._realm: Realm | None = None
        self._cluster = cluster
        self._is_dying = False

    @property
    def realm(self) -> Realm:
        """The database as a process sees it that is never killed."""
        if self._realm is None:
            self._realm = open_realm(read_settings({"PROPUSK_HOME": str(self.home)}))
        return self._realm

    def start(self) -> None:
        began = time.monotonic()
        for port in self.ports:
            self.servers.launch("idp", port)
        self.servers.await_answers(*self.ports)
        self.findings.starts.append(time.monotonic() - began)

    def cycle(self, chance: random.Random, deeds: Sequence[Deed] = DEEDS) -> None:
        """Load, a kill, a start, and a look at everything that was acknowledged."""
        done: list[tuple[Deed, object]] = []
        stop = threading.Event()
        threads = [
            threading.Thread(target=self._use, args=(World(self.realm, self.ports, number), deeds, done, stop))
            for number in range(CLIENTS)
        ]
        for thread in threads:
            thread.start()
        stop.wait(chance.uniform(*LOAD_SECONDS))
        self._is_dying = True
        if self._cluster is not None and self.findings.cycles % KILLS_OF_THE_DATABASE == 0:
            self._cluster.die()
            self.findings.databases += 1
        self.servers.kill()
        stop.set()
        for thread in threads:
            thread.join()
        if self._cluster is not None and self._cluster.server.poll() is not None:
            self.realm.database.close()  # our own connections died with it
            self._cluster.rise()
        self.start()
        self._is_dying = False
        world = World(self.realm, self.ports, 0)
        for deed, thing in done:
            self.findings.acknowledged[deed.name] += 1
            fault = deed.fault(world, thing)
            if fault:
                self.findings.wrong.append(f"cycle {self.findings.cycles}: {deed.name}: {fault}")
        self._check_database()
        self.findings.cycles += 1

    def close(self) -> None:
        self.servers.kill()
        if self._realm is not None:
            self._realm.database.close()

    def _use(self, world: World, deeds: Sequence[Deed], done: list[tuple[Deed, object]], stop: threading.Event) -> None:
        chance = random.Random(f"{self.findings.cycles} {world.number}")  # noqa: S311
        while not stop.is_set():
            deed = chance.choice(deeds)
            try:
                thing = deed.make(world)
                deed.do(world, thing)
            except (requests.RequestException, OperationalError):
                self.findings.unanswered += 1
                break
            except Exception as fault:
                if self._is_dying:  # a provider whose database has just gone says that something broke: no acknowledgement
                    self.findings.unanswered += 1
                    break
                self.findings.wrong.append(f"cycle {self.findings.cycles}: {deed.name}: {type(fault).__name__}: {fault}")
                break
            done.append((deed, thing))
        world.close()

    def _check_database(self) -> None:
        found = []
        with self.realm.database.read() as connection:
            found += [f"journal row {each.seq} {each.kind}" for each in self.realm.journal.verify(connection)]
            for event, statement in PAIRS:
                changes = connection.execute(text(statement)).scalar()
                rows = connection.execute(text("SELECT count(*) FROM journal WHERE action = :event"), {"event": event}).scalar()
                if changes != rows:
                    found.append(f"{rows} x {event} in the journal for {changes} changes")
            unknown = self.realm.tombstones.compare(connection, has_history=True).unknown
            found += [f"the database does not know tombstone {each.number}" for each in unknown]
        self.findings.wrong += [f"cycle {self.findings.cycles}: {each}" for each in found]


@contextmanager
def campaign(
    folder: Path, database_url: str = "", *, module: str = "idp.cli", cluster: Cluster | None = None
) -> Iterator[Campaign]:
    """A campaign over a fresh, seeded database in a folder of its own, or at an address."""
    home = folder / "home"
    shutil.copytree(ROOT / "config", home / "config")
    make_keys(home)
    running = Campaign(home, module=module, cluster=cluster)
    lines = (f'database_url = "{database_url}"\n' if database_url else "") + CHEAP
    write_settings(home, running.at, idp=lines)
    stand = Stand(home, FixedClock(Stand.START), database_url=database_url)
    stand.prepare()
    stand.close()
    running.start()
    raced_things.make_codes(running.realm, range(1))  # so that nobody has to register the clients under load
    raced_things.make_assertions(running.realm, ["the first"])
    try:
        yield running
    finally:
        running.close()


def see_planted_bug(folder: Path, database_url: str = "", *, seed: int = 1) -> int:
    """In which cycle a provider that answers before it commits was caught. Raises AssertionError when it was not."""
    chance = random.Random(seed)  # noqa: S311
    with campaign(folder, database_url, module="tests.load.careless") as running:
        for number in range(1, PLANTED_CYCLES + 1):
            running.cycle(chance, [deed for deed in DEEDS if deed.name == "revoked token"])
            if running.findings.wrong:
                return number
    raise AssertionError(f"a planted bug was not seen in {PLANTED_CYCLES} kills: this run proves nothing")


def run(folder: Path, database_url: str, cycles: int, seed: int, cluster: Cluster | None = None) -> Findings:
    chance = random.Random(seed)  # noqa: S311
    with campaign(folder, database_url, cluster=cluster) as running:
        for number in range(1, cycles + 1):
            running.cycle(chance)
            if number % 10 == 0:
                print(f"  … {number} kills, {len(running.findings.wrong)} wrong", flush=True)
    findings = running.findings
    if max(findings.starts) > START_SECONDS:
        print(f"  slower than {START_SECONDS} s: see the starts below")
    return findings


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.load.kills", description="Kill the providers under load.")
    parser.add_argument("--cycles", type=int, default=100)
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    wrong = 0
    for database in ("sqlite", "postgresql") if options.database == "both" else (options.database,):
        print(f"{database}, seed {options.seed}", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            if database == "sqlite":
                planted = see_planted_bug(Path(folder) / "planted", seed=options.seed)
                findings = run(Path(folder) / "run", "", options.cycles, options.seed)
            else:
                with running_cluster() as cluster:
                    address = cluster.make_database("planted")
                    planted = see_planted_bug(Path(folder) / "planted", address, seed=options.seed)
                    findings = run(Path(folder) / "run", cluster.make_database("run"), options.cycles, options.seed, cluster)
        print(f"  planted bug (answered before it was committed): seen after {planted} kills")
        print("\n".join(findings.lines()), flush=True)
        wrong += len(findings.wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
