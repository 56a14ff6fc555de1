"""Making signing keys: the first ones, and new ones beside the old. Those of GOST only where the engine is there."""

import re
from collections.abc import Sequence
from pathlib import Path

from idp.audit import Event, record
from idp.cms import gost_engine
from idp.keyring import pool
from idp.keyring.certificates import keep_certificate
from idp.keyring.gost import GOST_ALGORITHM, GostPrivateKey
from idp.keyring.private import FILE_NAME, PrivateKey, draw_private, make_private, read_pem, ring_of, write_key
from idp.protocol.vocabulary import SIGNING_ALGORITHMS
from idp.realm import Realm


def algorithms_here() -> Sequence[str]:
    """Every algorithm that this machine can sign with."""
    return (*SIGNING_ALGORITHMS, GOST_ALGORITHM) if gost_engine.is_available() else SIGNING_ALGORITHMS


def make_missing_keys(folder: Path, *, now: int) -> list[Path]:
    """Make a key for each algorithm that has none, and return the files."""
    there = {match[2] for match in _made(folder)}
    wanted = [algorithm for algorithm in algorithms_here() if algorithm not in there]
    return [_write(folder, make_private(algorithm), algorithm, made_at=now) for algorithm in wanted]


def make_new_keys(folder: Path, *, now: int) -> list[Path]:
    """Make a new key for each algorithm: it signs from now on, and the old ones go on verifying."""
    return [_write(folder, make_private(each), each, made_at=_later(folder, each, now)) for each in algorithms_here()]


def rotate(realm: Realm, algorithms: Sequence[str], *, actor: str) -> None:
    """Make new keys for a running realm: here they sign at once, in every other process within a second. Raises GostUnavailable.

    They are made outside the transaction that writes them down: an RSA key takes a while, and nobody should wait for it.
    """
    made = make_realm_keys(realm, algorithms)
    ring_of(realm).look_again()
    with realm.database.write() as connection:
        for path in made:
            _, algorithm, kid = path.stem.split("-", 2)
            record(realm, connection, Event.KEY_MADE, actor=actor, object=f"key:{kid}", algorithm=algorithm)


def make_realm_keys(realm: Realm, algorithms: Sequence[str]) -> list[Path]:
    """Make new keys of these algorithms as this realm makes them, and return the files. Raises GostUnavailable."""
    folder = realm.settings.keys_folder / "signing"
    is_durable = realm.rsa_pool is None  # a sandbox may be lost with the power, and its keys with it
    made = []
    for algorithm in algorithms:
        made_at = _later(folder, algorithm, realm.clock.now())
        made.append(_write(folder, _new(realm, folder, algorithm), algorithm, made_at=made_at, is_durable=is_durable))
    return made


def _new(realm: Realm, folder: Path, algorithm: str) -> PrivateKey:
    """A fresh key; for a sandbox one that is drawn, or ready in the pool."""
    if realm.rsa_pool is None:
        return make_private(algorithm)
    if algorithm in ("ES256", "EdDSA", GOST_ALGORITHM):
        return draw_private(algorithm, realm.chance)
    return read_pem(pool.pick(realm.rsa_pool, realm.chance, used={match[3] for match in _made(folder)}))


def _write(folder: Path, private: PrivateKey, algorithm: str, *, made_at: int, is_durable: bool = True) -> Path:
    """Write a key pair, and beside it the certificate of a key of GOST; a sandbox makes that when somebody wants it."""
    path = write_key(folder, private, algorithm, made_at=made_at, is_durable=is_durable)
    if isinstance(private, GostPrivateKey) and is_durable:
        keep_certificate(path, private, made_at=made_at)
    return path


def _later(folder: Path, algorithm: str, now: int) -> int:
    """When to date a key: the newest signs, so after all others, even where the clock stands still or went back."""
    return max([now, *(int(match[1]) + 1 for match in _made(folder) if match[2] == algorithm)])


def _made(folder: Path) -> "list[re.Match[str]]":
    """Time of making, algorithm and thumbprint of every key there is."""
    names = sorted(path.name for path in folder.iterdir()) if folder.exists() else []
    return [match for name in names if (match := FILE_NAME.match(name))]
