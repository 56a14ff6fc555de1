"""Is the key-encryption key exchanged without anybody noticing? (security.md, RG-17)

    python -m tests.load.rotation [--documents 10000] [--exchanges 3] [--database sqlite|postgresql]

A registry is filled with documents. Two processes read them and compare each with what was stored, a third stores more and
registers people, whose data keys are made meanwhile. The key is exchanged several times under them. Then a registry that was
just opened reads every document there is, and the key file from before opens none. A data key is spoiled first: readers
who do not notice that make the run void. Exit status 1 for any read or write that failed.

What a document is cleaned by is left out (a process of its own each): this is about keys.
"""

import argparse
import hashlib
import multiprocessing
import random
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import date
from io import BytesIO
from multiprocessing.synchronize import Event as Flag
from pathlib import Path

from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage

from ground.chance import SystemChance
from ground.clock import SystemClock
from ground.database import table_of
from ground.sealing import SealBroken, load_secrets, make_secrets
from rp.app import create_app
from rp.database import MIGRATIONS
from rp.documents import keeping
from rp.documents.document import DocumentLost
from rp.documents.models import DocumentRow
from rp.keys.models import DataKeyRow
from rp.keys.rotation import exchange_keys
from rp.patients.directory import Person, register_patient
from rp.patients.snils import check_digits
from rp.realm import Realm, open_realm
from rp.settings import Home, Settings
from tests.postgresql.cluster import running_cluster

OF_ONE_PERSON = 10
DOCUMENT_BYTES = 4_096
READERS, THREADS = 2, 2
PAUSE_SECONDS = 1.0
ROOT = Path(__file__).parents[2]
CONTEXT = multiprocessing.get_context("spawn")
DOCUMENTS, KEYS = table_of(DocumentRow), table_of(DataKeyRow)


@dataclass
class Told:
    """What one process did, and what failed first."""

    done: int = 0
    failed: int = 0
    first: str = ""
    slowest_milliseconds: float = 0.0

    def try_to(self, act: Callable[[], None]) -> None:
        began = time.monotonic()
        try:
            act()
            self.done += 1
        except Exception as fault:
            self.failed += 1
            self.first = self.first or f"{type(fault).__name__}: {fault}"
        self.slowest_milliseconds = max(self.slowest_milliseconds, (time.monotonic() - began) * 1000)


@dataclass(frozen=True)
class Outcome:
    """What a campaign saw. `seconds` are those of the exchanges."""

    read: Told
    written: Told
    seconds: tuple[float, ...]
    renewed: int
    whole: int
    lost: int
    is_old_key_of_use: bool

    @property
    def is_good(self) -> bool:
        return not (self.read.failed or self.written.failed or self.lost or self.is_old_key_of_use) and self.read.done > 0


def opened(root: Path, database_url: str) -> Realm:
    """A registry of this process; documents are taken as they come."""
    vars(keeping)["clean"] = lambda content, *_asked: content
    realm = open_realm(Settings(environment="test", database_url=database_url), Home(root), clock=SystemClock())
    return replace(realm, chance=SystemChance())


def make_home(root: Path, database_url: str) -> None:
    """Keys, an empty database, and the repository's config."""
    home = Home(root)
    root.mkdir()
    (root / "config").symlink_to(ROOT / "config")
    home.variable.mkdir(parents=True)
    make_secrets(home.secrets_file, SystemChance())
    make_secrets(home.encryption_keys_file, SystemChance())
    home.client_file.write_text("a secret\n", encoding="ascii")
    realm = opened(root, database_url)
    MIGRATIONS.upgrade(realm.database)
    create_app(realm)
    realm.database.close()


def register(realm: Realm, number: int) -> str:
    """One more patient: the id."""
    snils = f"{number:09d}{check_digits(f'{number:09d}')}"
    person = Person("Ромашкина", "Вера", None, date(1984, 2, 14), "female", snils, "77")
    with realm.database.write() as connection:
        return register_patient(connection, realm, person)[0].id


def hand_in(realm: Realm, patient_id: str) -> None:
    """One more document of a patient: its content says by its own hash that it is whole."""
    body = random.randbytes(DOCUMENT_BYTES).hex().encode()  # noqa: S311
    file = FileStorage(BytesIO(b"%PDF-1.7\n" + body + b"\n%%EOF\n"), filename="scan.pdf")
    keeping.store(realm, patient_id, file, purpose="identity", actor=f"patient:{patient_id}")


def read_one(realm: Realm, document_id: str) -> None:
    """Read a document as its page does. Raises DocumentLost, SealBroken, NoDataKey."""
    with realm.database.read() as connection:
        document = keeping.find(connection, realm, document_id)
        assert document is not None, document_id
        content = keeping.open_content(connection, realm, document)
    assert hashlib.sha256(content).hexdigest() == document.sha256


def fill(root: Path, database_url: str, documents: int, *, first: int = 1) -> list[str]:
    """Patients with ten documents each: the ids of the patients."""
    realm = opened(root, database_url)
    patients = [register(realm, first + number) for number in range(-(-documents // OF_ONE_PERSON))]
    for number in range(documents):
        hand_in(realm, patients[number // OF_ONE_PERSON])
    realm.database.close()
    return patients


def all_ids(realm: Realm) -> list[str]:
    with realm.database.read() as connection:
        return list(connection.execute(select(DOCUMENTS.c.id)).scalars())


def _read(root: Path, database_url: str, ended: Flag, answers: "multiprocessing.Queue[tuple[str, Told]]") -> None:
    realm = opened(root, database_url)
    identifiers, told = all_ids(realm), Told()
    answers.put(("ready", told))

    def work(seed: int) -> None:
        draw = random.Random(seed)  # noqa: S311
        while not ended.is_set():
            told.try_to(lambda: read_one(realm, draw.choice(identifiers)))
        realm.database.release()

    _in_threads(work)
    answers.put(("read", told))


def _write(root: Path, database_url: str, ended: Flag, answers: "multiprocessing.Queue[tuple[str, Told]]") -> None:
    realm, told, numbers, lock = opened(root, database_url), Told(), iter(range(500_000_000, 900_000_000)), threading.Lock()
    answers.put(("ready", told))

    def once() -> None:
        with lock:
            number = next(numbers)
        hand_in(realm, register(realm, number))

    def work(_seed: int) -> None:
        while not ended.is_set():
            told.try_to(once)
        realm.database.release()

    _in_threads(work)
    answers.put(("written", told))


def _in_threads(work: Callable[[int], None]) -> None:
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, range(THREADS)))


@contextmanager
def people_at_work(root: Path, database_url: str) -> Iterator[dict[str, Told]]:
    """Readers and a writer in processes of their own; what they saw is there when the block has ended."""
    ended, answers, seen = CONTEXT.Event(), CONTEXT.Queue(), {"read": Told(), "written": Told()}
    works = [*[_read] * READERS, _write]
    processes = [CONTEXT.Process(target=work, args=(root, database_url, ended, answers), daemon=True) for work in works]
    for process in processes:
        process.start()
    try:
        for _ in processes:
            assert answers.get(timeout=120)[0] == "ready"
        time.sleep(PAUSE_SECONDS)
        yield seen
        time.sleep(PAUSE_SECONDS)
    finally:
        ended.set()
    for _ in processes:
        name, told = answers.get(timeout=120)
        whole = seen[name]
        whole.done += told.done
        whole.failed += told.failed
        whole.first = whole.first or told.first
        whole.slowest_milliseconds = max(whole.slowest_milliseconds, told.slowest_milliseconds)
    for process in processes:
        process.join(30)


def run(root: Path, database_url: str, *, exchanges: int) -> Outcome:
    """Exchange the key while people are at work, and see what that was to them."""
    home, before = Home(root), (root / "keys-before.json")
    shutil.copy(home.encryption_keys_file, before)
    realm, seconds, renewed = opened(root, database_url), [], 0
    with people_at_work(root, database_url) as seen:
        for _ in range(exchanges):
            began = time.monotonic()
            renewed += exchange_keys(realm).renewed
            seconds.append(time.monotonic() - began)
            time.sleep(PAUSE_SECONDS)
    newest = max(load_secrets(home.encryption_keys_file).masters)
    with realm.database.read() as connection:
        old = connection.execute(select(func.count()).select_from(KEYS).where(KEYS.c.encryption_key != newest)).scalar_one()
    realm.database.close()
    whole, lost = _try_all(root, database_url)
    shutil.copy(home.encryption_keys_file, root / "keys-after.json")
    shutil.copy(before, home.encryption_keys_file)
    opened_by_old, _ = _try_all(root, database_url, most=200)
    shutil.copy(root / "keys-after.json", home.encryption_keys_file)
    return Outcome(seen["read"], seen["written"], tuple(seconds), renewed, whole, lost, bool(old or opened_by_old))


def _try_all(root: Path, database_url: str, *, most: int | None = None) -> tuple[int, int]:
    """How many documents a registry that was just opened reads, and how many it does not."""
    realm = opened(root, database_url)
    whole = lost = 0
    for identifier in all_ids(realm)[:most]:
        try:
            read_one(realm, identifier)
            whole += 1
        except (SealBroken, DocumentLost):
            lost += 1
    realm.database.close()
    return whole, lost


def see_spoiled_key(root: Path, database_url: str) -> bool:
    """Do readers notice a data key that nobody can open?"""
    (patient_id,) = fill(root, database_url, 1, first=400_000_000)
    realm = opened(root, database_url)
    spoiled = KEYS.update().where(KEYS.c.owner == patient_id)
    with realm.database.write() as connection:
        sealed = connection.execute(select(KEYS.c.sealed).where(KEYS.c.owner == patient_id)).scalar_one()
        connection.execute(spoiled.values(sealed=sealed[::-1]))
    _whole, lost = _try_all(root, database_url)
    with realm.database.write() as connection:
        connection.execute(spoiled.values(sealed=sealed))
    realm.database.close()
    return lost == 1


def campaign(folder: Path, database_url: str, *, documents: int, exchanges: int) -> Outcome:
    """One run from an empty registry. Raises AssertionError when it would prove nothing."""
    make_home(folder, database_url)
    assert see_spoiled_key(folder, database_url), "a spoiled data key was not noticed: this run proves nothing"
    fill(folder, database_url, documents)
    return run(folder, database_url, exchanges=exchanges)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--exchanges", type=int, default=3)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    asked = parser.parse_args()
    cluster = running_cluster() if asked.database == "postgresql" else nullcontext()
    with tempfile.TemporaryDirectory(prefix="propusk-rotation-") as folder, cluster as server:
        address = server.make_database("rotation") if server is not None else ""
        began = time.monotonic()
        seen = campaign(Path(folder) / "home", address, documents=asked.documents, exchanges=asked.exchanges)
    print(f"{asked.database}: {seen.whole} documents, {seen.renewed} data keys sealed anew in {len(seen.seconds)} exchanges")
    print(f"exchange, seconds each      {', '.join(f'{each:.2f}' for each in seen.seconds)}")
    for name, told in (("read", seen.read), ("stored", seen.written)):
        print(f"{name:<10} {told.done:8} well, {told.failed} failed, slowest {told.slowest_milliseconds:.0f} ms  {told.first}")
    print(f"afterwards {seen.lost} lost, the key from before is {'still' if seen.is_old_key_of_use else 'no longer'} of use")
    print(f"all in all {time.monotonic() - began:.0f} s")
    return 0 if seen.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
