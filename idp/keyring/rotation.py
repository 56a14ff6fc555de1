"""Making signing keys: the first ones, and new ones beside the old."""

from pathlib import Path

from idp.keyring.private import FILE_NAME, make_key
from idp.protocol.vocabulary import SIGNING_ALGORITHMS


def make_missing_keys(folder: Path, *, now: int) -> list[Path]:
    """Make a key for each algorithm that has none, and return the files."""
    there = {match[2] for path in (folder.iterdir() if folder.exists() else ()) if (match := FILE_NAME.match(path.name))}
    return [make_key(folder, algorithm, made_at=now) for algorithm in SIGNING_ALGORITHMS if algorithm not in there]


def make_new_keys(folder: Path, *, now: int) -> list[Path]:
    """Make a new key for each algorithm: it signs from now on, and the old ones go on verifying."""
    return [make_key(folder, algorithm, made_at=now) for algorithm in SIGNING_ALGORITHMS]
