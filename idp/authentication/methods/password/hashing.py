"""Hashing and checking passwords with argon2id: one cost for a right, a wrong and an unknown login."""

import os
import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from idp.settings import PasswordHashing

MAX_PASSWORD_BYTES = 1024
AT_ONCE = threading.BoundedSemaphore(os.cpu_count() or 1)
"""At most as many hashes at a time as there are cores: a flood of sign-ins must not eat the memory."""


class PasswordChecker:
    """Hashes and checks with one cost."""

    def __init__(self, cost: PasswordHashing) -> None:
        self._hasher = PasswordHasher(
            time_cost=cost.iterations, memory_cost=cost.memory_kib, parallelism=cost.lanes, hash_len=32, salt_len=16
        )
        self._nobody = self.hash("nobody has this password")

    def hash(self, password: str) -> str:
        """The hash to store, with salt and cost in it."""
        with AT_ONCE:
            return self._hasher.hash(_bytes(password))

    def is_right(self, stored: str | None, password: str) -> bool:
        """Check a password. With no stored hash the same work is done for nothing, so that time tells nothing."""
        given = _bytes(password)
        if len(given) > MAX_PASSWORD_BYTES:
            return False
        try:
            with AT_ONCE:
                self._hasher.verify(stored or self._nobody, given)
        except (VerificationError, InvalidHashError):
            return False
        return stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Was the hash made at another cost than ours?"""
        return self._hasher.check_needs_rehash(stored)


def _bytes(password: str) -> bytes:
    """One spelling of what is typed: keyboards compose letters differently (NIST SP 800-63B, 5.1.1.2)."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
