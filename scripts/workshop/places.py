"""Where things are: the checkout, the home of the stand (config, keys, var), and the lock that says a stand is running."""

import fcntl
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from workshop.console import Refused


@dataclass(frozen=True)
class Places:
    """The folders a command works in. `home` is the checkout unless PROPUSK_HOME says otherwise."""

    checkout: Path
    home: Path

    @property
    def var(self) -> Path:
        """Databases, the clock, backups: what a running stand writes."""
        return self.home / "var"

    @property
    def keys(self) -> Path:
        """Key material, a folder for each owner."""
        return self.home / "keys"

    @property
    def environment(self) -> Path:
        """The virtual environment."""
        return self.checkout / ".venv"

    @property
    def python(self) -> Path:
        """The Python of the environment."""
        return self.environment / "bin" / "python"


def find_places(variables: Mapping[str, str]) -> Places:
    """The places of the checkout that this file is in."""
    checkout = Path(__file__).resolve().parents[2]
    home = variables.get("PROPUSK_HOME")
    return Places(checkout=checkout, home=Path(home).resolve() if home else checkout)


def check_writable(*folders: Path) -> None:
    """Make the folders and a file in each. Raises Refused, naming the one that cannot be written."""
    for folder in folders:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            raise Refused(f"The folder {folder} cannot be written: {error.strerror}.") from None


def lock_stand(places: Places) -> int:
    """Take the lock of the stand and return its open file. Raises Refused while another stand has it.

    The servers inherit the open file, so that the lock is held as long as any of them lives, even when the script that
    started them was killed.
    """
    places.var.mkdir(parents=True, exist_ok=True)
    lock = os.open(places.var / "stand.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = os.pread(lock, 32, 0).decode("ascii", "replace").strip()
        os.close(lock)
        raise Refused(f"A stand is running in {places.home} (process {owner}): stop it first.") from None
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
    return lock
