"""RSA keys that are ready before anybody needs one: making one costs up to half a second, and a sandbox is made in a moment.

All sandboxes of a home share them. That is no loss: what a sandbox signs is told apart by its issuer.
"""

from collections.abc import Set
from pathlib import Path

from ground.chance import Chance
from idp.keyring.private import make_private, thumbprint, write_pem

ENOUGH = 4
"""Two for a sandbox, and two to rotate to."""


def names(folder: Path) -> list[str]:
    """The thumbprints of the keys that are there."""
    return sorted(path.stem for path in folder.glob("*.pem"))


def add(folder: Path) -> str:
    """Make one more key and return its thumbprint."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    private = make_private("RS256")
    name = thumbprint(private)
    write_pem(folder / f"{name}.pem", private)
    return name


def fill(folder: Path, *, enough: int = ENOUGH) -> int:
    """Make keys until there are enough of them, and say how many were made."""
    missing = max(0, enough - len(names(folder)))
    for _ in range(missing):
        add(folder)
    return missing


def pick(folder: Path, chance: Chance, *, used: Set[str]) -> Path:
    """A key of the pool that is not used yet; made now, if there is none."""
    free = [name for name in names(folder) if name not in used] or [add(folder)]
    number = int.from_bytes(chance.draw("key of the pool", 8), "big")
    return folder / f"{free[number % len(free)]}.pem"
