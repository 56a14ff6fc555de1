"""A PostgreSQL cluster in a temporary folder: Debian's binaries, a socket in the folder, no port, nothing left behind."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from tests.running_stand import wait_for

USER = "postgres"
NUMBERS = count(1)
KEEP_CONTENT = """
DO $$ DECLARE name text; BEGIN
    CREATE SCHEMA kept;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('CREATE TABLE kept.%1$I AS TABLE public.%1$I', name);
    END LOOP;
    CREATE TABLE kept.sequences AS SELECT sequencename, coalesce(last_value, start_value) AS value, last_value IS NOT NULL AS used
        FROM pg_sequences WHERE schemaname = 'public';
    CREATE TABLE kept.shape AS SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public';
END $$
"""
PUT_CONTENT_BACK = """
DO $$ DECLARE name text; known record; BEGIN
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid();
    IF (SELECT array_agg(table_name || '.' || column_name ORDER BY table_name, column_name)
        FROM information_schema.columns WHERE table_schema = 'public')
       IS DISTINCT FROM
       (SELECT array_agg(table_name || '.' || column_name ORDER BY table_name, column_name) FROM kept.shape) THEN
        RAISE EXCEPTION 'a test changed the tables';
    END IF;
    SET LOCAL session_replication_role = replica;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('DELETE FROM public.%1$I', name);
        EXECUTE format('INSERT INTO public.%1$I SELECT * FROM kept.%1$I', name);
    END LOOP;
    FOR known IN SELECT * FROM kept.sequences LOOP
        PERFORM setval(format('public.%I', known.sequencename), known.value, known.used);
    END LOOP;
END $$
"""


@contextmanager
def running_cluster() -> Iterator["Cluster"]:
    """A cluster that answers. Skips the test where PostgreSQL is not installed."""
    binaries = _find_binaries()
    folder = Path(tempfile.mkdtemp(prefix="propusk-"))  # short: the name of a socket is limited to 107 bytes
    as_user = _as_unprivileged_user(folder)
    try:
        _run(
            [
                *as_user,
                str(binaries / "initdb"),
                "--auth=trust",
                f"--username={USER}",
                "--encoding=UTF8",
                "-D",
                str(folder / "data"),
            ]
        )
        command = [*as_user, str(binaries / "postgres"), "-D", str(folder / "data"), "-k", str(folder), "-c", "listen_addresses="]
        cluster = Cluster(folder, command)
        try:
            wait_for(cluster.answers, "PostgreSQL answers")
            yield cluster
        finally:
            _stop(cluster.server, folder)
    finally:
        shutil.rmtree(folder)


class Cluster:
    """A running cluster."""

    def __init__(self, folder: Path, command: list[str]) -> None:
        self._folder = folder
        self._command = command
        self._returned: list[str] = []
        self.server = self._start()

    def die(self) -> None:
        """SIGKILL to the postmaster, and to its processes too: nothing of them runs any more when this returns."""
        group = _children_of(self.server.pid)
        for pid in (self.server.pid, *group):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.server.wait()
        wait_for(lambda: not any(map(_is_there, group)) or None, "PostgreSQL is gone")

    def rise(self) -> None:
        """Start it again after it died; it recovers by itself."""
        (self._folder / "data" / "postmaster.pid").unlink(missing_ok=True)
        self.server = self._start()
        wait_for(self.answers, "PostgreSQL answers again")

    def _start(self) -> "subprocess.Popen[bytes]":
        with (self._folder / "log").open("ab") as log:
            return subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=log, cwd=self._folder)

    def answers(self) -> bool | None:
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return None
        return True

    def make_database(self, name: str, *, template: str = "template1") -> str:
        """A new database, empty or a copy of `template`; its address for SQLAlchemy."""
        with self._connect() as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
        connection.close()
        return self._address(name)

    def keep_content(self, name: str) -> None:
        """From now on this database, and what is copied from it, can be put back to what it holds: see `borrow`."""
        with self._connect(name) as connection:
            connection.execute(KEEP_CONTENT)
        connection.close()

    @contextmanager
    def borrow(self, template: str) -> Iterator[str]:
        """A database that holds what `template` held when its content was kept, for one test; its address for SQLAlchemy.

        Making a database takes half a second of two processors, and putting one back a tenth of that. One whose tables are
        not those of the template any more is not used again.
        """
        name = self._put_back() or self._copy(template)
        yield self._address(name)
        self._returned.append(name)

    def _put_back(self) -> str | None:
        while self._returned:
            name = self._returned.pop()
            with contextlib.suppress(psycopg.Error), self._connect(name) as connection:
                connection.execute(PUT_CONTENT_BACK)
                connection.close()
                return name
        return None

    def _copy(self, template: str) -> str:
        name = f"copy_{next(NUMBERS)}"
        self.make_database(name, template=template)
        return name

    def _address(self, name: str) -> str:
        return f"postgresql+psycopg://{USER}@/{name}?host={quote(str(self._folder))}"

    def _connect(self, name: str = "postgres") -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(host=str(self._folder), user=USER, dbname=name, autocommit=True)


def _find_binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path is None:
        pytest.skip("this machine has no PostgreSQL")
    return Path(on_path).parent


def _as_unprivileged_user(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root: what to put before its commands. The folder is handed over."""
    if os.geteuid() != 0:
        return []
    user = pwd.getpwnam(USER)
    os.chown(folder, user.pw_uid, user.pw_gid)
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    assert done.returncode == 0, done.stderr


def _children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def _is_there(pid: int) -> bool:
    """Does the process run? One that nobody has waited for yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _stop(server: "subprocess.Popen[bytes]", folder: Path) -> None:
    server.send_signal(signal.SIGQUIT)  # its «immediate» shutdown: a checkpoint of hundreds of copies would take a minute
    try:
        server.wait(60)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
        raise AssertionError((folder / "log").read_text(errors="replace")) from None
