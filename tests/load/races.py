"""Is each thing that is good once good for one only? Every thing is taken by four workers in two processes at the same moment.

    python -m tests.load.races [--objects 1000] [--database sqlite|postgresql|both] [--kind …]

Each worker prepares its deed, waits at a barrier that all four leave together, and does it: the endpoint itself, or the
function that the page calls, on a realm of its process, with nothing shared but the database. A thing has to have exactly one
winner; after wrong passwords no more than five comparisons may have been made. A bug is planted first (read whether the thing
was used, then write that it is): a run that does not see its double wins is void. Exit status 1 for any double win.
"""

import argparse
import multiprocessing
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection as Pipe
from multiprocessing.synchronize import Barrier
from pathlib import Path
from threading import BrokenBarrierError
from typing import Any

from ground.clock import FixedClock
from idp.realm import Realm, open_realm
from idp.settings import PasswordHashing, RequestJournal, Settings
from tests.idp.stand import Stand, make_keys
from tests.load.raced_things import KINDS, MOST_COMPARISONS, PLANTED, Kind, count_comparisons
from tests.postgresql.cluster import running_cluster

PROCESSES = 2
THREADS = 2
CHUNK = 100
PATIENCE_SECONDS = 120
ROOT = Path(__file__).parents[2]
CONTEXT = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class Outcome:
    """What came of one kind: how many things were raced, how many had more winners than they may, how many fewer."""

    name: str
    objects: int
    too_many: int
    too_few: int
    seconds: float

    @property
    def is_good(self) -> bool:
        return not self.too_many and not self.too_few


class Campaign:
    """Two processes with two workers each over one database."""

    def __init__(self, home: Path, database_url: str) -> None:
        self.realm = realm_at(home, database_url)
        barrier = self._barrier = CONTEXT.Barrier(PROCESSES * THREADS)
        self._pipes: list[Pipe] = []
        self._processes = []
        for _ in range(PROCESSES):
            ours, theirs = CONTEXT.Pipe()
            process = CONTEXT.Process(target=work, args=(home, database_url, theirs, barrier), daemon=True)
            process.start()
            self._pipes.append(ours)
            self._processes.append(process)

    def race(self, kind: Kind, objects: int) -> Outcome:
        """Make things, have all workers take each of them at once, and count who won."""
        began = time.monotonic()
        too_many = too_few = 0
        for first in range(0, objects, CHUNK):
            things = kind.make(self.realm, range(first, min(first + CHUNK, objects)))
            for pipe in self._pipes:
                pipe.send((kind.name, things))
            counts = self._answers()
            for wins in map(sum, zip(*counts, strict=True)):
                too_many += wins > kind.most
                too_few += wins < kind.least
        return Outcome(kind.name, objects, too_many, too_few, time.monotonic() - began)

    def close(self) -> None:
        for pipe in self._pipes:
            pipe.send(None)
        for process in self._processes:
            process.join(PATIENCE_SECONDS)
        self.realm.database.close()

    def _answers(self) -> list[list[int]]:
        """What each process says. Who breaks lets the others go, who then break too: the first cause is told."""
        answers: list[list[int] | str] = []
        for pipe in self._pipes:
            if not pipe.poll(PATIENCE_SECONDS):
                raise TimeoutError("a process of the race does not answer")
            answers.append(pipe.recv())
        faults = [answer for answer in answers if isinstance(answer, str)]
        if faults:
            self._barrier.reset()
            raise RuntimeError(min(faults, key=lambda fault: BrokenBarrierError.__name__ in fault))
        return [answer for answer in answers if not isinstance(answer, str)]


def work(home: Path, database_url: str, pipe: Pipe, barrier: Barrier) -> None:
    """One process of the race: for each list of things that comes, how often its workers won each."""
    realm = realm_at(home, database_url)
    count_comparisons(realm)
    kinds = {kind.name: kind for kind in (*KINDS, PLANTED)}
    while (message := pipe.recv()) is not None:
        name, things = message
        wins = [[0] * len(things) for _ in range(THREADS)]
        faults: list[str] = []
        threads = [
            threading.Thread(target=run, args=(realm, kinds[name], things, barrier, wins[number], faults))
            for number in range(THREADS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        faults.sort(key=lambda fault: BrokenBarrierError.__name__ in fault)
        pipe.send(faults[0] if faults else [sum(each) for each in zip(*wins, strict=True)])
    realm.database.close()


def run(realm: Realm, kind: Kind, things: Sequence[Any], barrier: Barrier, wins: list[int], faults: list[str]) -> None:
    """One worker: all things in their order, each at the same moment as the others."""
    try:
        for number, thing in enumerate(things):
            deed = kind.ready(realm, thing)
            barrier.wait(PATIENCE_SECONDS)
            wins[number] = int(deed())
    except Exception as fault:  # what breaks here is told to whoever asked, and lets the others go
        faults.append(f"{kind.name}: {type(fault).__name__}: {fault}")
        barrier.abort()
    finally:
        realm.database.release()


def realm_at(home: Path, database_url: str) -> Realm:
    """The realm of a home, whose clock stands still: nothing runs out while it is raced for."""
    settings = Settings(
        environment="test",
        home=home,
        database_url=database_url,
        codes_per_hour=0,
        password_hashing=PasswordHashing(memory_kib=8, iterations=1),
        request_journal=RequestJournal(enabled=False),
    )
    return open_realm(settings, clock=FixedClock(Stand.START))


@contextmanager
def campaign(folder: Path, database_url: str = "") -> Iterator[Campaign]:
    """A campaign over a fresh, seeded database in a folder of its own, or at an address."""
    home = folder / "home"
    shutil.copytree(ROOT / "config", home / "config")
    make_keys(home)
    stand = Stand(home, FixedClock(Stand.START), database_url=database_url)
    stand.prepare()
    stand.close()
    running = Campaign(home, database_url)
    try:
        yield running
    finally:
        running.close()


def see_planted_bug(running: Campaign, *, patience: int = 20) -> Outcome:
    """The races in which the planted bug showed itself. Raises AssertionError when it did not."""
    objects = 0
    for _ in range(patience):
        outcome = running.race(PLANTED, CHUNK)
        objects += outcome.objects
        if outcome.too_many:
            return outcome
    raise AssertionError(f"a planted bug was not seen in {objects} races: this run proves nothing")


def journal_findings(realm: Realm) -> int:
    with realm.database.read() as connection:
        return len(realm.journal.verify(connection))


def measure(running: Campaign, objects: int, kinds: Sequence[Kind], tell: Callable[[str], None]) -> bool:
    """Race everything and tell it in lines. Is all as it should be?"""
    planted = see_planted_bug(running)
    tell(f"  planted bug: {planted.too_many} of {planted.objects} things had more than one winner, as they should")
    is_good = True
    for kind in kinds:
        outcome = running.race(kind, objects)
        is_good = is_good and outcome.is_good
        tell(
            f"  {outcome.name:<28} {outcome.objects:6} things x {PROCESSES * THREADS} workers"
            f"   {outcome.too_many} with too many winners, {outcome.too_few} with too few   {outcome.seconds:6.1f} s"
        )
    findings = journal_findings(running.realm)
    tell(f"  journal: {'whole' if not findings else f'{findings} rows are wrong'}")
    return is_good and not findings


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.load.races", description="Race for what is good once.")
    parser.add_argument("--objects", type=int, default=1000, help="how many things of each kind")
    parser.add_argument("--kind", action="append", choices=[kind.name for kind in KINDS], help="only these; may be repeated")
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    options = parser.parse_args(arguments)
    kinds = [kind for kind in KINDS if options.kind is None or kind.name in options.kind]
    is_good = True
    if options.database in ("sqlite", "both"):
        print("SQLite", flush=True)
        with tempfile.TemporaryDirectory() as folder, campaign(Path(folder)) as running:
            is_good = measure(running, options.objects, kinds, print) and is_good
    if options.database in ("postgresql", "both"):
        print("PostgreSQL", flush=True)
        with (
            running_cluster() as cluster,
            tempfile.TemporaryDirectory() as folder,
            campaign(Path(folder), cluster.make_database("races")) as running,
        ):
            is_good = measure(running, options.objects, kinds, print) and is_good
    print(f"passwords: no more than {MOST_COMPARISONS} comparisons each; every other thing: exactly one winner")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
