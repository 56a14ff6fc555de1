"""Encryption of what a stolen database file must not tell.

A value is sealed for one place: table, column and row. The place is authenticated with it (AES-256-GCM, associated
data), so a sealed value copied into another row or column does not open. Where a sealed value has to be found, a blind
index (HMAC of the normalised value) stands beside it.
"""

import hashlib
import hmac
import json
import os
import stat
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ground.chance import Chance

MASTER_BYTES = 32
NONCE_BYTES = 12
LARGEST_NUMBER = 0xFFFF


class SecretsUnusable(Exception):
    """The file with the symmetric secrets is missing, open to others, or not what we wrote."""


class SealBroken(Exception):
    """A sealed value was changed, moved to another place, or made with a key we do not have."""


@dataclass(frozen=True)
class Secrets:
    """Master secrets of one application, by number; the highest number seals, all of them open."""

    masters: Mapping[int, bytes]

    def derive(self, purpose: str, *, number: int | None = None) -> bytes:
        """A 32-byte key for one purpose only. Derived from the first master unless a number is given (RFC 5869)."""
        master = self.masters[min(self.masters) if number is None else number]
        return HKDF(SHA256(), 32, salt=None, info=b"propusk " + purpose.encode()).derive(master)


def make_secrets(path: Path, chance: Chance) -> None:
    """Write a new file with one master secret, readable by its owner only. An existing file is left alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    document = {"masters": {"1": b64encode(chance.draw("master secret", MASTER_BYTES)).decode("ascii")}}
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        json.dump(document, file)
        file.flush()
        os.fsync(file.fileno())


def add_secret(path: Path, chance: Chance) -> int:
    """Give a file of secrets another master, which seals from now on; its number. Raises SecretsUnusable."""
    masters = dict(load_secrets(path).masters)
    number = max(masters) + 1
    if number > LARGEST_NUMBER:
        raise SecretsUnusable(f"{path} has used up its numbers")
    _replace_secrets(path, {**masters, number: chance.draw("master secret", MASTER_BYTES)})
    return number


def retire_secrets(path: Path, *, keep: int) -> None:
    """Take every master but one out of a file of secrets. What the others sealed opens no more. Raises SecretsUnusable."""
    _replace_secrets(path, {keep: load_secrets(path).masters[keep]})


def _replace_secrets(path: Path, masters: Mapping[int, bytes]) -> None:
    """Put a new file in the place of the old one: whoever reads sees the one or the other, after a power cut too."""
    document = {"masters": {str(number): b64encode(master).decode("ascii") for number, master in masters.items()}}
    new = path.with_name(f"{path.name}.new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        json.dump(document, file)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def load_secrets(path: Path) -> Secrets:
    """Read the secrets of an application. Raises SecretsUnusable with one sentence that says what to do."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        document = json.loads(path.read_text(encoding="ascii"))
        masters = {int(number): b64decode(text, validate=True) for number, text in document["masters"].items()}
        if any(not 0 < number <= LARGEST_NUMBER for number in masters):
            raise ValueError("a sealed value has two bytes for the number of its master")
    except FileNotFoundError:
        raise SecretsUnusable(f"{path} is missing: run scripts/keys to make it") from None
    except (ValueError, KeyError, AttributeError, TypeError):
        raise SecretsUnusable(f"{path} is not a file of secrets: restore it, or remove it and run scripts/keys") from None
    if mode & 0o077:
        raise SecretsUnusable(f"{path} can be read by others: run chmod 600 on it")
    if not masters or any(len(master) != MASTER_BYTES for master in masters.values()):
        raise SecretsUnusable(f"{path} must hold secrets of {MASTER_BYTES} bytes each")
    return Secrets(masters)


def read_secret(path: Path, variable: str) -> str:
    """A secret that somebody else gave us, alone in a file. Raises SecretsUnusable; `variable` is where it could be instead."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        secret = path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        raise SecretsUnusable(f"{path} is missing: write the secret into it, or set {variable}") from None
    except UnicodeDecodeError:
        raise SecretsUnusable(f"{path} is not a text") from None
    if mode & 0o077:
        raise SecretsUnusable(f"{path} can be read by others: run chmod 600 on it")
    if not secret:
        raise SecretsUnusable(f"{path} is empty: write the secret into it, or set {variable}")
    return secret


class Vault:
    """Seals, opens and indexes the personal data of one application."""

    def __init__(self, secrets: Secrets, chance: Chance) -> None:
        self._ciphers = {number: AESGCM(secrets.derive("seal", number=number)) for number in secrets.masters}
        self._current = max(secrets.masters)
        self._index_key = secrets.derive("blind index")
        self._chance = chance

    def seal(self, place: str, plain: bytes) -> bytes:
        """Encrypt `plain` for one place, for example `citizens.sealed:<row id>`. Key number, nonce, ciphertext."""
        nonce = self._chance.draw("seal nonce", NONCE_BYTES)
        header = self._current.to_bytes(2, "big")
        return header + nonce + self._ciphers[self._current].encrypt(nonce, plain, header + place.encode())

    def open(self, place: str, sealed: bytes) -> bytes:
        """Decrypt what was sealed for this very place. Raises SealBroken."""
        header, nonce, body = sealed[:2], sealed[2 : 2 + NONCE_BYTES], sealed[2 + NONCE_BYTES :]
        cipher = self._ciphers.get(int.from_bytes(header, "big"))
        if cipher is None or len(nonce) != NONCE_BYTES:
            raise SealBroken(place)
        try:
            return cipher.decrypt(nonce, body, header + place.encode())
        except InvalidTag:
            raise SealBroken(place) from None

    def seal_fields(self, place: str, fields: Mapping[str, Any]) -> bytes:
        """Seal a row's personal fields together; values are what JSON can hold."""
        return self.seal(place, json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode())

    def open_fields(self, place: str, sealed: bytes) -> dict[str, Any]:
        """Open what `seal_fields` sealed. Raises SealBroken."""
        fields: dict[str, Any] = json.loads(self.open(place, sealed))
        return fields

    def blind_index(self, field: str, normalised_value: str) -> bytes:
        """32 bytes by which a sealed value can be found, equal for equal values of one field only."""
        return hmac.digest(self._index_key, f"{field}\0{normalised_value}".encode(), hashlib.sha256)
