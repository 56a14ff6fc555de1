"""The key-encryption keys of a registry, read from their file and read again when it changed."""

import threading
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ground.sealing import Secrets, load_secrets
from rp.realm import Realm

PURPOSE = "key encryption"


class EncryptionKeys:
    """The file of one registry. A process that runs while keys are exchanged follows without a restart."""

    def __init__(self, realm: Realm) -> None:
        self._file = realm.home.encryption_keys_file
        self._lock = threading.Lock()
        self._stamp = (0, 0)
        self._secrets = Secrets({})
        self._ciphers: dict[int, AESGCM] = {}
        self._read()

    def newest(self) -> int:
        """The number of the key that seals from now on. Raises SecretsUnusable."""
        if _stamp(self._file) != self._stamp:
            self._read()
        return max(self._secrets.masters)

    def cipher(self, number: int) -> AESGCM | None:
        """The key of that number; None where there is none, in the newest file either."""
        known = self._ciphers.get(number)
        if known is None and number not in self._secrets.masters:
            self._read()
        if known is None and number in self._secrets.masters:
            known = self._ciphers[number] = AESGCM(self._secrets.derive(PURPOSE, number=number))
        return known

    def _read(self) -> None:
        with self._lock:
            stamp = _stamp(self._file)
            self._secrets = load_secrets(self._file)
            self._ciphers = {}
            self._stamp = stamp


def _stamp(file: Path) -> tuple[int, int]:
    """What changes with the file, which is only ever replaced."""
    try:
        state = file.stat()
    except FileNotFoundError:
        return (0, 0)
    return (state.st_ino, state.st_mtime_ns)
