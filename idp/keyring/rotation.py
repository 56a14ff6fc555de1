"""Making signing keys: the first ones, and new ones beside the old."""

import re
from collections.abc import Sequence
from pathlib import Path

from idp.keyring import pool
from idp.keyring.private import FILE_NAME, draw_private, make_private, read_pem, ring_of, write_key
from idp.protocol.vocabulary import SIGNING_ALGORITHMS
from idp.realm import Realm


def make_missing_keys(folder: Path, *, now: int) -> list[Path]:
    """Make a key for each algorithm that has none, and return the files."""
    there = {match[2] for match in _matches(folder)}
    wanted = [algorithm for algorithm in SIGNING_ALGORITHMS if algorithm not in there]
    return [write_key(folder, make_private(algorithm), algorithm, made_at=now) for algorithm in wanted]


def make_new_keys(folder: Path, *, now: int) -> list[Path]:
    """Make a new key for each algorithm: it signs from now on, and the old ones go on verifying."""
    return [write_key(folder, make_private(algorithm), algorithm, made_at=now) for algorithm in SIGNING_ALGORITHMS]


def rotate(realm: Realm, algorithms: Sequence[str] = SIGNING_ALGORITHMS) -> list[Path]:
    """Make new keys of these algorithms for a realm. It signs with them at once, other processes within a second."""
    folder = realm.settings.keys_folder / "signing"
    made = [_make(realm, folder, algorithm) for algorithm in algorithms]
    ring_of(realm).look_again()
    return made


def _make(realm: Realm, folder: Path, algorithm: str) -> Path:
    known = _matches(folder)
    # The newest key signs; on a clock that stands still, or was set back, the new one has to be newer all the same.
    made_at = max([realm.clock.now(), *(int(match[1]) + 1 for match in known if match[2] == algorithm)])
    if realm.rsa_pool is None:
        return write_key(folder, make_private(algorithm), algorithm, made_at=made_at)
    if algorithm in ("ES256", "EdDSA"):
        return write_key(folder, draw_private(algorithm, realm.chance), algorithm, made_at=made_at, is_durable=False)
    taken = read_pem(pool.pick(realm.rsa_pool, realm.chance, used={match[3] for match in known}))
    return write_key(folder, taken, algorithm, made_at=made_at, is_durable=False)


def _matches(folder: Path) -> list["re.Match[str]"]:
    names = sorted(path.name for path in folder.iterdir()) if folder.exists() else []
    return [match for name in names if (match := FILE_NAME.match(name))]
