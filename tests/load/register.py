"""A register of a country's size: how long its import takes, and how fast its pages are then.

    python -m tests.load.register [people] [--postgresql] [--answers 100]

Writes a file of invented people (six records each), takes it with `propusk-registry import people`, serves the registry as
`propusk-registry serve` does, and asks it over loopback, one request at a time, for the cabinet, the history and a staff search
of people chosen by chance. Exit 1 when a figure is above its bound.
"""

import argparse
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

import requests
from sqlalchemy import func, select

from ground.database import table_of
from rp.access.session import open_session
from rp.patients.directory import find_by_snils
from rp.realm import Realm, open_realm
from rp.records.models import RecordRow
from rp.settings import read_settings
from tests.load.people_file import snils_of, write_people
from tests.postgresql.cluster import running_cluster
from tests.running_stand import free_ports, wait_for

ROOT = Path(__file__).parents[2]
IMPORT_SECONDS = 300
ANSWER_MILLISECONDS = 150
DOCTOR = {"snils": "00000002000", "organisations": [{"ogrn": "1000000000175", "name": "", "position": ""}]}
"""Anton of the seed, as the provider vouches for him."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.load.register")
    parser.add_argument("people", type=int, nargs="?", default=100_000)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--answers", type=int, default=100)
    chosen = parser.parse_args()
    with TemporaryDirectory() as folder, running_cluster() if chosen.postgresql else nullcontext() as cluster:
        port = free_ports(1)[0]
        environment = make_home(Path(folder), port)
        if cluster is not None:
            environment["REGISTRY_DATABASE_URL"] = cluster.make_database("register")
        seconds = measure_import(Path(folder) / "people.ndjson", environment, chosen.people)
        with served(environment, port) as url, opened(environment) as realm:
            medians = {name: measure(ask, chosen.answers) for name, ask in pages(realm, url, chosen.people).items()}
    for name, median in medians.items():
        print(f"{name}: median {median:.1f} ms")
    is_slow = chosen.people >= 100_000 and seconds > IMPORT_SECONDS
    return int(is_slow or any(median > ANSWER_MILLISECONDS for median in medians.values()))


def make_home(folder: Path, port: int) -> dict[str, str]:
    """A home with keys and a seeded database of its own: the environment of its commands."""
    shutil.copytree(ROOT / "config", folder / "config")
    return os.environ | {
        "PROPUSK_HOME": str(folder),
        "REGISTRY_LISTEN": f"127.0.0.1:{port}",
        "REGISTRY_URL": f"http://localhost:{port}",
    }


def measure_import(file: Path, environment: dict[str, str], people: int) -> float:
    """Seconds that the command takes, with everything it does, and what it says."""
    write_people(file, people)
    for step in ("keys", "prepare"):
        command(environment, step)
    began = time.monotonic()
    said = command(environment, "import", "people", str(file))
    seconds = time.monotonic() - began
    print(f"{said.strip()}: {seconds:.0f} s, {file.stat().st_size / 1e6:.0f} MB")
    again = command(environment, "import", "people", str(file)) if people <= 10_000 else ""
    assert not again or "0 people new" in again, again
    return seconds


def pages(realm: Realm, url: str, people: int) -> dict[str, Callable[[], None]]:
    """What is asked for."""
    chance = random.SystemRandom()
    with realm.database.read() as connection:
        found = [find_by_snils(connection, realm, snils_of(chance.randrange(people))) for _ in range(20)]
        total = connection.execute(select(func.count()).select_from(table_of(RecordRow))).scalar_one()
    print(f"{total} records in the register")
    citizens = [Visitor(url, signed_in(realm, patient_id=patient.id, claims={})) for patient in found if patient is not None]
    doctor = Visitor(url, signed_in(realm, patient_id=None, claims=DOCTOR))
    return {
        "cabinet": lambda: chance.choice(citizens).open("/"),
        "history": lambda: chance.choice(citizens).open("/history"),
        "staff search": lambda: doctor.search(snils_of(chance.randrange(people))),
    }


class Visitor:
    """A browser with a session, who has agreed to the terms."""

    def __init__(self, url: str, cookie: str) -> None:
        self._url = url
        self._browser = requests.Session()
        self._browser.cookies.set("rp_session", cookie, domain="localhost.local")
        self._csrf_token = ""
        self._fill("/terms", {"agree": "1", "next": "/"})

    def open(self, path: str) -> None:
        """A page, which must be one."""
        response = self._browser.get(f"{self._url}{path}", allow_redirects=False, timeout=30)
        assert response.status_code == 200, (path, response.status_code, response.headers.get("Location"))

    def search(self, snils: str) -> None:
        """From the number of a person to their page."""
        response = self._post("/staff", {"number": snils})
        assert response.url.startswith(f"{self._url}/staff/patients/"), response.url

    def _fill(self, path: str, fields: Mapping[str, str]) -> None:
        page = self._browser.get(f"{self._url}{path}", timeout=30)
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
        assert token is not None, (path, page.status_code)
        self._csrf_token = token[1]
        self._post(path, fields)

    def _post(self, path: str, fields: Mapping[str, str]) -> requests.Response:
        response = self._browser.post(f"{self._url}{path}", data={"csrf_token": self._csrf_token, **fields}, timeout=30)
        assert response.status_code == 200, (path, response.status_code)
        return response


def measure(ask: Callable[[], None], count: int) -> float:
    """The median in milliseconds, after a few that warm up."""
    taken = []
    for number in range(count + 5):
        began = time.perf_counter()
        ask()
        if number >= 5:
            taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


def signed_in(realm: Realm, *, patient_id: str | None, claims: Mapping[str, object]) -> str:
    """A session that no provider is asked about: its cookie."""
    tokens = {"access_token": "", "id_token": "", "expires_at": 0, "refresh_token": None}
    with realm.database.write() as connection:
        return open_session(
            connection,
            realm,
            patient_id=patient_id,
            issuer=realm.settings.issuer,
            subject=f"load-{patient_id}",
            provider_session=None,
            acr="substantial",
            sealed={"claims": claims, "tokens": tokens},
        )


@contextmanager
def opened(environment: dict[str, str]) -> Iterator[Realm]:
    """The registry, from this process."""
    realm = open_realm(*read_settings(environment))
    try:
        yield realm
    finally:
        realm.database.close()


@contextmanager
def served(environment: dict[str, str], port: int) -> Iterator[str]:
    """The registry, served: its address."""
    url = f"http://localhost:{port}"
    process = subprocess.Popen([sys.executable, "-m", "rp.cli", "serve"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        wait_for(lambda: _answers(url) or None, "the registry answers")
        yield url
    finally:
        process.terminate()
        process.wait(20)


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/health", timeout=1).status_code == 200
    except requests.RequestException:
        return False


def command(environment: dict[str, str], *arguments: str) -> str:
    """Run a command of the registry and return what it says."""
    done = subprocess.run(
        [sys.executable, "-m", "rp.cli", *arguments], cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
