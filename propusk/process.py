"""The process of a stand: found running, or started, once for all test processes that want it at the same time.

Whoever uses it holds a shared lock on its lease file. The process ends by itself when nobody does, so a test run that is killed
leaves nothing behind; the system drops the lock of a process that is gone. An exclusive lock on a second file lets only one
test process start it.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import ProxyHandler, Request, build_opener

from propusk.errors import StandUnusable

START_SECONDS = 90.0
LOOK_EVERY_SECONDS = 0.01
LOG_LINES = 25


@dataclass(frozen=True)
class Announced:
    """Where a running stand is driven, and the token for it."""

    control_url: str
    token: str


def default_home() -> Path:
    """The folder of this environment's stand, kept between test runs so that keys and databases are made once.

    Another environment, or another version of Propusk, has another one.
    """
    named = os.environ.get("PROPUSK_STAND_HOME")
    if named:
        return Path(named).resolve()
    with contextlib.suppress(PackageNotFoundError):
        number = version("propusk")
        place = hashlib.sha256(f"{sys.prefix}\0{Path(__file__).parent}".encode()).hexdigest()[:12]
        caches = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
        folder = Path(caches) / "propusk" / f"{number}-{place}"
        with contextlib.suppress(OSError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return folder
        return _own(Path(tempfile.gettempdir()) / f"propusk-{os.getuid()}-{number}-{place}")
    raise StandUnusable("the distribution propusk is not installed in this environment")


def _own(folder: Path) -> Path:
    """A folder where everybody may make one: whoever made it first could announce a stand of theirs. Raises StandUnusable."""
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise StandUnusable(f"{folder} is open to others: remove it, or name a folder of yours in PROPUSK_STAND_HOME")
    return folder


def hold(file: Path) -> int:
    """A shared lock on the lease, waiting for a stand that is just ending. Returns the open file, whose end is the lock's."""
    lease = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(lease, fcntl.LOCK_SH)
    return lease


@contextlib.contextmanager
def alone(file: Path) -> Iterator[None]:
    """Only one process at a time."""
    lock = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def find_or_start(home: Path) -> tuple[Announced, int]:
    """The running stand of a home, and the lease that keeps it. Raises StandUnusable."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    announcement = home / "announce.json"
    with alone(home / "start.lock"):
        lease = hold(home / "lease")
        try:
            return find(announcement) or start(home, announcement), lease
        except BaseException:
            os.close(lease)
            raise


def find(announcement: Path) -> Announced | None:
    """The stand that a file announces, if it answers."""
    try:
        announced = _read(json.loads(announcement.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError):
        return None
    return announced if answers(announced.control_url, announced.token) else None


def answers(control_url: str, token: str) -> bool:
    """Is the control plane of this token there? Another stand may have got the port meanwhile."""
    request = Request(f"{control_url}/clock", headers={"Authorization": f"Bearer {token}"})  # noqa: S310 - an address of http
    try:
        with build_opener(ProxyHandler({})).open(request, timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def start(home: Path, announcement: Path) -> Announced:
    """Start the stand and wait until it announces itself. Raises StandUnusable with the last lines of its log."""
    announcement.unlink(missing_ok=True)
    command = [sys.executable, "-m", "idp.cli", "start", "--home", str(home), "--ports", "any"]
    command += ["--announce", str(announcement), "--lease", str(home / "lease")]
    with log_file(home).open("wb") as log:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=home,
            env=_environment(),
            # Ctrl-C in the terminal is for the tests, which still need the stand while they end.
            start_new_session=True,
        )
    pause = threading.Event()
    deadline = time.monotonic() + START_SECONDS
    while True:
        announced = find(announcement)
        if announced is not None:
            process.returncode = 0  # it may outlive us, and nobody is to wait for it
            return announced
        if process.poll() is not None:
            raise StandUnusable(f"The stand did not start (status {process.returncode}).{last_lines(home)}")
        if time.monotonic() > deadline:
            process.kill()
            process.wait()
            raise StandUnusable(f"The stand was not there after {START_SECONDS:.0f} seconds.{last_lines(home)}")
        pause.wait(LOOK_EVERY_SECONDS)


def log_file(home: Path) -> Path:
    return home / "stand.log"


def last_lines(home: Path) -> str:
    """The end of the log, to be added to a sentence."""
    try:
        lines = log_file(home).read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return ""
    return "".join(f"\n    {line}" for line in (f"The last lines of {log_file(home)}:", *lines[-LOG_LINES:]))


def _environment() -> dict[str, str]:
    """This process' variables without the settings of another stand, which a developer's shell may have."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PROPUSK_", "REGISTRY_"))}
    return kept | {"PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}


def _read(said: Mapping[str, Any]) -> Announced:
    token = Path(said["token_file"]).read_text(encoding="ascii").strip()
    return Announced(str(said["control_url"]).rstrip("/"), token)
