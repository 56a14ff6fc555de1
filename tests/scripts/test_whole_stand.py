"""scripts/start over the real applications: from an empty home to pages that answer, and back to nothing."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from ground.clock import FixedClock
from ground.database import Database
from ground.migration import Migrations
from ground.preparation import bring_up_to_date
from idp.database import MIGRATIONS
from idp.seed import read_people
from tests.house import PEOPLE
from tests.houses import copy_home
from tests.idp.stand import CITIZENS
from tests.running_stand import ROOT, Addresses, RunningStand, clean_environment, write_settings

SECOND_START_SECONDS = 10.0
"""The promise is 5 on a quiet machine. Twice that is allowed, and more where more programs want the processors."""


def test_stand_is_made_from_nothing_stopped_by_ctrl_c_and_quick_the_second_time(tmp_path: Path) -> None:
    home, at = tmp_path / "home", Addresses.on_localhost()
    shutil.copytree(ROOT / "config", home / "config")
    write_settings(home, at)
    stand = RunningStand(home, at).start()
    said = stand.output
    assert "environment = test" in stand.said
    for address in (at.issuer, at.registry, at.bank, f"http://127.0.0.1:{at.control_port}", at.rp_control):
        assert address in said
    for person in PEOPLE.values():
        assert all(word in said for word in (person.phone, person.email, person.snils, person.password))
    assert all(customer["password"] in said for customer in read_people(ROOT / "config" / "seed" / "bank"))
    link = next(line.split()[-1] for line in stand.said if line.startswith("The test people's phone"))
    with requests.Session() as session:
        session.trust_env = False
        assert session.get(link, timeout=10).status_code == 200
        assert session.get(f"{at.registry}/", timeout=10).url.startswith(f"{at.issuer}/sign-in/")
        token = (home / "var" / "registry-control-token").read_text().strip()
        outbox = session.get(f"{at.rp_control}/outbox", headers={"Authorization": f"Bearer {token}"}, timeout=10)
        assert outbox.json() == {"messages": [], "last": 0, "newest": 0}
        assert "Облепиха, учебный стенд" in session.get(f"{at.bank}/", timeout=10).text
    assert _processes_of(home)
    assert stand.stop(signal.SIGINT) == 0
    assert _processes_of(home) == [], "no child is left"

    began = time.monotonic()
    again = RunningStand(home, at).start()
    took = time.monotonic() - began
    assert again.stop(signal.SIGINT) == 0
    busyness = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    assert took < SECOND_START_SECONDS * busyness, f"the second start took {took:.1f} s"
    assert "made" not in again.output, "nothing is made twice"
    made = [path for path in (home / "keys").rglob("*") if path.is_file()]
    assert made and all(path.stat().st_mode & 0o077 == 0 for path in made), "keys are their owner's alone"


@pytest.mark.parametrize("application", ["idp", "bank", "rp"])
def test_a_newer_database_is_refused_in_one_sentence(prepared_home: Path, tmp_path: Path, application: str) -> None:
    home, at = copy_home(prepared_home, tmp_path / "home"), Addresses.on_localhost()
    write_settings(home, at)
    database = sqlite3.connect(home / "var" / f"{application}.sqlite3")
    database.execute("UPDATE alembic_version SET version_num = 'of_tomorrow'")
    database.commit()
    database.close()
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "start"), "--no-setup"],
        cwd=ROOT,
        env=clean_environment(home),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, done.stderr
    assert "of_tomorrow" in done.stderr
    assert "answers" not in done.stdout, "nothing was served"


def test_an_update_backs_the_database_up_before_it_migrates(prepared_home: Path, tmp_path: Path) -> None:
    """A version after this one, with one more revision, meets a database of today that holds people."""
    home = copy_home(prepared_home, tmp_path / "home")
    later = _with_one_more_revision(tmp_path / "migrations")
    file = home / "var" / "idp.sqlite3"
    database = Database(f"sqlite:///{file}")
    said = bring_up_to_date(database, later, sqlite_file=file, backups=home / "var", clock=FixedClock(1_795_340_000))
    copy = home / "var" / "backup-20261122T093320Z" / file.name
    assert said.startswith("the database was migrated") and str(copy) in said
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM tomorrow").scalar() == 0
    database.close()
    old = sqlite3.connect(copy)
    assert old.execute("SELECT count(*) FROM citizens").fetchone() == (CITIZENS,)
    assert old.execute("SELECT version_num FROM alembic_version").fetchone() == (MIGRATIONS.head(),)
    old.close()


def _with_one_more_revision(folder: Path) -> Migrations:
    shutil.copytree(MIGRATIONS.folder, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "9999_tomorrow.py").write_text(
        f'"""of tomorrow"""\nimport sqlalchemy as sa\nfrom alembic import op\n'
        f"revision = '9999'\ndown_revision = '{MIGRATIONS.head()}'\nbranch_labels = depends_on = None\n"
        f"def upgrade():\n    op.create_table('tomorrow', sa.Column('id', sa.Integer(), primary_key=True))\n"
    )
    return Migrations(folder, MIGRATIONS.metadata)


def _processes_of(home: Path) -> list[int]:
    """The processes that were started for this home, as Linux tells."""
    mark = f"PROPUSK_HOME={home}".encode()
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (place / "environ").read_bytes().split(b"\0"):
                found.append(int(place.name))
        except OSError:
            continue
    return [pid for pid in found if pid != os.getpid()]
