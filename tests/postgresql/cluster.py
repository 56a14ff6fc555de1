"""A PostgreSQL cluster in a temporary folder: Debian's binaries, a socket in the folder, no port, nothing left behind."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from tests.running_stand import wait_for

USER = "postgres"


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
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [*as_user, str(binaries / "postgres"), "-D", str(folder / "data"), "-k", str(folder), "-c", "listen_addresses="],
                stdout=subprocess.DEVNULL,
                stderr=log,
                cwd=folder,
            )
        try:
            cluster = Cluster(folder)
            wait_for(cluster.answers, "PostgreSQL answers")
            yield cluster
        finally:
            _stop(server, folder)
    finally:
        shutil.rmtree(folder)


class Cluster:
    """A running cluster."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

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
        return f"postgresql+psycopg://{USER}@/{name}?host={quote(str(self._folder))}"

    def _connect(self) -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(host=str(self._folder), user=USER, dbname="postgres", autocommit=True)


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


def _stop(server: "subprocess.Popen[bytes]", folder: Path) -> None:
    server.send_signal(signal.SIGQUIT)  # its «immediate» shutdown: a checkpoint of hundreds of copies would take a minute
    try:
        server.wait(60)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
        raise AssertionError((folder / "log").read_text(errors="replace")) from None
