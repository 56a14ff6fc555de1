"""A PostgreSQL server of the tests' own: made in a folder in /tmp, reached by its socket there, gone afterwards."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
SERVER_USER = "postgres"
"""Whom the server runs as when the tests run as root, because it refuses to be root."""


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of the server, to which the name of a database is added."""
    if not PROGRAMS:
        pytest.skip("PostgreSQL is not installed (Debian: postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="propusk-"))
    user = SERVER_USER if os.geteuid() == 0 else None
    if user is not None:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)

    def run(program: str, *arguments: str) -> None:
        subprocess.run([PROGRAMS[-1] / program, *arguments], check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL)

    data = str(folder / "data")
    run("initdb", "--pgdata", data, "--username", "test", "--auth", "trust", "--encoding", "UTF8", "--no-locale")
    options = f"-c listen_addresses='' -c unix_socket_directories={folder}"
    run("pg_ctl", "--pgdata", data, "--wait", "--log", str(folder / "log"), "--options", options, "start")
    try:
        yield f"postgresql+psycopg://test@/{{name}}?host={folder}"
    finally:
        run("pg_ctl", "--pgdata", data, "--wait", "--mode", "fast", "stop")
        shutil.rmtree(folder)


@pytest.fixture
def postgresql_url(postgresql_server: str, request: pytest.FixtureRequest) -> str:
    """The address of a new empty database."""
    import psycopg

    name = f"test_{abs(hash(request.node.nodeid))}"
    # psycopg's own address has no name of a driver in it.
    server = postgresql_server.format(name="postgres").replace("+psycopg", "")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return postgresql_server.format(name=name)
