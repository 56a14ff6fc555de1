"""The sandboxes that this process has open.

A folder is looked at for every request: a sandbox that was thrown away is gone at once, and one that was restored or given
other settings (another file) is opened anew. Only so many are open at a time, or the process would run out of files.
"""

import os
import re
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ground.sealing import SecretsUnusable
from idp.realm import Realm, open_realm
from idp.requests import recorder
from idp.sandboxes import description
from idp.settings import Settings

MANY_ENOUGH = 64
"""Open realms in a process: with two idle connections each they take about 320 of the 1 024 files a process may open."""
IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


@dataclass(frozen=True)
class _Open:
    realm: Realm
    seen: tuple[int, int]


def folder_of(main: Settings, sandbox_id: str) -> Path:
    """The home of a sandbox, whether it is there or not. `sandbox_id` has been found to be one."""
    return main.var_folder / "sandboxes" / sandbox_id


def pool_of(main: Settings) -> Path:
    """Where the RSA keys of all sandboxes lie."""
    return main.keys_folder / "pool"


class OpenedSandboxes:
    """The open realms of one process, least recently used first out."""

    def __init__(self, main: Realm, *, limit: int = MANY_ENOUGH) -> None:
        self._main = main
        self._limit = limit
        self._open: OrderedDict[str, _Open] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, sandbox_id: str) -> Realm | None:
        """The realm of this name, opened if need be; None when there is no such sandbox, or no more."""
        if not IDENTIFIER.fullmatch(sandbox_id):
            return None
        folder = folder_of(self._main.settings, sandbox_id)
        try:
            stat = os.stat(folder / description.FILE)
        except OSError:
            self.close(sandbox_id)
            return None
        seen = (stat.st_mtime_ns, stat.st_ino)
        with self._lock:
            known = self._open.get(sandbox_id)
            if known is not None and known.seen == seen:
                self._open.move_to_end(sandbox_id)
                return known.realm
            return self._open_anew(sandbox_id, folder, seen, known)

    def realms(self) -> Sequence[Realm]:
        """Every realm that is open now. Those that another process has thrown away are closed: nobody else would ask for them."""
        with self._lock:
            realms = [opened.realm for opened in self._open.values()]
        gone = [realm for realm in realms if not (realm.settings.home / description.FILE).exists()]
        for realm in gone:
            self.close(realm.name)
        return [realm for realm in realms if realm not in gone]

    def close(self, sandbox_id: str) -> None:
        """Forget a realm and close its files; a request that is under way keeps its own connection to the end."""
        with self._lock:
            known = self._open.pop(sandbox_id, None)
        if known is not None:
            _close(known.realm)

    def close_all(self) -> None:
        """Forget every realm."""
        for realm in self.realms():
            self.close(realm.name)

    def _open_anew(self, sandbox_id: str, folder: Path, seen: tuple[int, int], known: _Open | None) -> Realm | None:
        if known is not None:
            _close(known.realm)
        try:
            realm = open_sandbox(self._main, folder)
        except (FileNotFoundError, SecretsUnusable):
            self._open.pop(sandbox_id, None)
            if folder.exists():
                raise
            return None  # thrown away at this moment
        self._open[sandbox_id] = _Open(realm, seen)
        self._open.move_to_end(sandbox_id)
        while len(self._open) > self._limit:
            _, oldest = self._open.popitem(last=False)
            _close(oldest.realm)
        return realm


def _close(realm: Realm) -> None:
    recorder.close(realm)
    realm.database.close()


def opened_by(main: Realm) -> OpenedSandboxes:
    """The open sandboxes beside a realm: one list for all that this process does."""
    return main.remember("opened sandboxes", lambda: OpenedSandboxes(main))


def open_sandbox(main: Realm, folder: Path) -> Realm:
    """The realm in this folder. Raises FileNotFoundError when it is none."""
    described = description.read(folder)
    settings = description.settings_of(described, main.settings, folder)
    return open_realm(
        settings,
        fetch=main.fetch,
        name=described.id,
        seed=None if described.seed is None else described.seed.encode(),
        rsa_pool=pool_of(main.settings),
    )
