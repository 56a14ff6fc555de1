"""Making signing keys: the first ones, and new ones beside the old."""

from collections.abc import Sequence
from pathlib import Path

from idp.audit import Event, record
from idp.keyring.private import FILE_NAME, make_key, ring_of
from idp.protocol.vocabulary import SIGNING_ALGORITHMS
from idp.realm import Realm


def make_missing_keys(folder: Path, *, now: int) -> list[Path]:
    """Make a key for each algorithm that has none, and return the files."""
    there = {algorithm for algorithm, _ in _made(folder)}
    return [make_key(folder, algorithm, made_at=now) for algorithm in SIGNING_ALGORITHMS if algorithm not in there]


def make_new_keys(folder: Path, *, now: int, algorithms: Sequence[str] = SIGNING_ALGORITHMS) -> list[Path]:
    """Make a new key for each algorithm: it signs from now on, and the old ones go on verifying.

    The newest signs, so a new key is dated after the others even where the clock stands still or went back.
    """
    newest = dict(sorted(_made(folder)))
    return [make_key(folder, each, made_at=max(now, newest.get(each, 0) + 1)) for each in algorithms]


def rotate(realm: Realm, algorithms: Sequence[str], *, actor: str) -> None:
    """Make new keys for a running realm: here they sign at once, in every other process within a second.

    They are made outside the transaction that writes them down: an RSA key takes a while, and nobody should wait for it.
    """
    made = make_new_keys(realm.settings.keys_folder / "signing", now=realm.clock.now(), algorithms=algorithms)
    ring_of(realm).look_again()
    with realm.database.write() as connection:
        for path in made:
            _, algorithm, kid = path.stem.split("-", 2)
            record(realm, connection, Event.KEY_MADE, actor=actor, object=f"key:{kid}", algorithm=algorithm)


def _made(folder: Path) -> list[tuple[str, int]]:
    """Algorithm and time of making of every key there is."""
    matches = [FILE_NAME.match(path.name) for path in (folder.iterdir() if folder.exists() else ())]
    return [(match[2], int(match[1])) for match in matches if match]
