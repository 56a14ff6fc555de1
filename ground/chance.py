"""The only source of randomness.

A draw names its purpose. The machine's chance ignores it; a seeded chance (tests, sandboxes) makes the draw
depend on it, so that one more code does not change every identifier after it.
"""

import base64
import hashlib
import hmac
import secrets
import uuid
from typing import Protocol


class Chance(Protocol):
    """Something that can be asked for unguessable bytes."""

    def draw(self, purpose: str, length: int) -> bytes:
        """`length` bytes that nobody can guess."""
        ...


class SystemChance:
    """The operating system's generator."""

    def draw(self, purpose: str, length: int) -> bytes:
        return secrets.token_bytes(length)


class SeededChance:
    """The same draws for the same seed, purpose by purpose. For tests only."""

    def __init__(self, seed: bytes) -> None:
        self._seed = seed
        self._count: dict[str, int] = {}

    def draw(self, purpose: str, length: int) -> bytes:
        count = self._count[purpose] = self._count.get(purpose, 0) + 1
        return seeded_bytes(self._seed, f"{purpose}\0{count}", length)


def seeded_bytes(seed: bytes, purpose: str, length: int) -> bytes:
    """`length` bytes that follow from the seed and the purpose, and from nothing else."""
    blocks = (hmac.digest(seed, f"{purpose}\0{block}".encode(), hashlib.sha256) for block in range(-(-length // 32)))
    return b"".join(blocks)[:length]


def draw_token(chance: Chance, purpose: str) -> str:
    """An unguessable word of 43 characters, 256 bits, safe in a URL and in a cookie."""
    return base64.urlsafe_b64encode(chance.draw(purpose, 32)).rstrip(b"=").decode("ascii")


def draw_identifier(chance: Chance, purpose: str) -> str:
    """A random UUID (version 4, 122 bits) in its usual spelling."""
    return str(uuid.UUID(bytes=chance.draw(purpose, 16), version=4))


def draw_digits(chance: Chance, purpose: str, count: int) -> str:
    """`count` decimal digits, each number equally likely.

    Eight bytes beyond the range make the bias of the remainder smaller than 2 to the power of -40.
    """
    number = int.from_bytes(chance.draw(purpose, count + 8), "big")
    return str(number % 10**count).zfill(count)
