"""Sealing and opening what belongs to an owner, by the owner's data key.

A sealed value is two zero bytes (which no value of the vault begins with), the data key's id (16 bytes), a nonce (12 bytes) and
the ciphertext of AES-256-GCM. Its associated data bind the key, owner, table, row and version: a value that was moved to another
row, given to another owner or put back to an earlier version does not open.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, Select, bindparam, delete, insert, select, text

from ground.chance import draw_identifier
from ground.database import table_of
from ground.sealing import NONCE_BYTES, SealBroken
from rp.keys.encryption_keys import EncryptionKeys
from rp.keys.models import DataKeyRow
from rp.realm import Realm

HEADER = b"\0\0"
KEY_BYTES = 32
ID_BYTES = 16
TRIES = 3

_TABLE = table_of(DataKeyRow)
_OF_OWNER = (
    select(_TABLE).where(_TABLE.c.owner == bindparam("owner")).order_by(_TABLE.c.created_at.desc(), _TABLE.c.id.desc()).limit(1)
)
_BY_ID = select(_TABLE).where(_TABLE.c.id == bindparam("id"))
_INSERT = insert(DataKeyRow)


class EncryptionKeyGone(SealBroken):
    """The key-encryption key of a row is in the file no more."""


class NoDataKey(Exception):
    """The owner has no data key: it was never made, or destroyed."""


@dataclass(frozen=True)
class Place:
    """Where a sealed value stands: whose it is, and which version of which row of which table."""

    owner: str
    table: str
    id: str
    version: int = 1

    def bound(self, key_id: str) -> bytes:
        """The associated data of a value in this place, sealed by this key."""
        return "\0".join((key_id, self.owner, self.table, self.id, str(self.version))).encode()


class Keys:
    """The data keys that one transaction or request uses; each is read and opened once. Not for longer than that."""

    def __init__(self, connection: Connection, realm: Realm) -> None:
        self._connection = connection
        self._realm = realm
        self._encryption = realm.room(EncryptionKeys)
        self._newest: dict[str, str] = {}
        self._opened: dict[str, AESGCM] = {}

    @property
    def realm(self) -> Realm:
        """The registry whose keys they are."""
        return self._realm

    def make(self, owner: str) -> None:
        """Make the first, or another, data key of an owner: it seals from now on."""
        self.make_for((owner,))

    def make_for(self, owners: Iterable[str]) -> None:
        """The same for many at once."""
        if self._connection.dialect.name == "postgresql":
            # Held before the file is looked at: an exchange of keys waits for whoever uses the old one, and sees its rows.
            self._connection.execute(text("LOCK TABLE data_keys IN ROW EXCLUSIVE MODE"))
        number = self._encryption.newest()
        rows = [self._new_row(owner, number) for owner in owners]
        if rows:
            self._connection.execute(_INSERT, rows)

    def destroy(self, owner: str) -> int:
        """Destroy every data key of an owner, and with it whatever it sealed. Says how many."""
        self._opened.pop(self._newest.pop(owner, ""), None)
        return self._connection.execute(delete(DataKeyRow).where(_TABLE.c.owner == owner)).rowcount

    def seal(self, place: Place, plain: bytes) -> bytes:
        """Seal for one place. Raises NoDataKey."""
        key_id = self._newest_of(place.owner)
        nonce = self._realm.chance.draw("seal nonce", NONCE_BYTES)
        body = self._opened[key_id].encrypt(nonce, plain, place.bound(key_id))
        return HEADER + bytes.fromhex(key_id.replace("-", "")) + nonce + body

    def open(self, place: Place, sealed: bytes) -> bytes:
        """Open what was sealed for this very place. Raises SealBroken, and NoDataKey when its key was destroyed."""
        start = len(HEADER) + ID_BYTES
        if sealed[: len(HEADER)] != HEADER or len(sealed) < start + NONCE_BYTES:
            raise SealBroken(f"{place.table}:{place.id}")
        key_id = _spell(sealed[len(HEADER) : start])
        cipher = self._opened.get(key_id) or self._open_key(key_id, place.owner)
        try:
            return cipher.decrypt(sealed[start : start + NONCE_BYTES], sealed[start + NONCE_BYTES :], place.bound(key_id))
        except InvalidTag:
            raise SealBroken(f"{place.table}:{place.id}") from None

    def seal_fields(self, place: Place, fields: Mapping[str, Any]) -> bytes:
        """Seal a row's personal fields together; values are what JSON can hold. Raises NoDataKey."""
        return self.seal(place, orjson.dumps(fields))

    def open_fields(self, place: Place, sealed: bytes) -> dict[str, Any]:
        """Open what `seal_fields` sealed. Raises SealBroken, NoDataKey."""
        fields: dict[str, Any] = orjson.loads(self.open(place, sealed))
        return fields

    def _new_row(self, owner: str, number: int) -> dict[str, Any]:
        key_id = draw_identifier(self._realm.chance, "data key")
        plain = self._realm.chance.draw("data key", KEY_BYTES)
        self._newest[owner], self._opened[key_id] = key_id, AESGCM(plain)
        sealed = wrap(self._realm, key_id, owner, number, plain)
        return {
            "id": key_id,
            "owner": owner,
            "encryption_key": number,
            "sealed": sealed,
            "created_at": self._realm.clock.now(),
        }

    def _newest_of(self, owner: str) -> str:
        if owner not in self._newest:
            self._newest[owner] = self._open_row(_OF_OWNER, {"owner": owner}, owner)
        return self._newest[owner]

    def _open_key(self, key_id: str, owner: str) -> AESGCM:
        return self._opened[self._open_row(_BY_ID, {"id": key_id}, owner)]

    def _open_row(self, query: Select[Any], parameters: Mapping[str, str], owner: str) -> str:
        """Open the data key that a query finds, and say its id. Raises NoDataKey, SealBroken.

        While keys are exchanged the row may be sealed anew, and the old key leave the file, after the row was read and before
        it is opened. Then it is read again.
        """
        for tries in range(TRIES):
            row = self._connection.execute(query, parameters).mappings().first()
            if row is None:
                raise NoDataKey(owner)
            try:
                self._opened[row["id"]] = AESGCM(unwrap(self._realm, row))
                return str(row["id"])
            except EncryptionKeyGone:
                if tries == TRIES - 1:
                    raise
        raise AssertionError("the last try returns or raises")


def wrap(realm: Realm, key_id: str, owner: str, number: int, plain: bytes) -> bytes:
    """A data key sealed by the key-encryption key of that number."""
    cipher = realm.room(EncryptionKeys).cipher(number)
    if cipher is None:
        raise SealBroken(f"data_keys:{key_id}")
    nonce = realm.chance.draw("seal nonce", NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, plain, _bound(key_id, owner, number))


def unwrap(realm: Realm, row: Mapping[Any, Any]) -> bytes:
    """The data key of a row. Raises SealBroken."""
    cipher = realm.room(EncryptionKeys).cipher(row["encryption_key"])
    if cipher is None:
        raise EncryptionKeyGone(f"data_keys:{row['id']}")
    sealed = row["sealed"]
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _bound(row["id"], row["owner"], row["encryption_key"]))
    except InvalidTag:
        raise SealBroken(f"data_keys:{row['id']}") from None


def _spell(raw: bytes) -> str:
    """Sixteen bytes as an identifier is spelt."""
    digits = raw.hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _bound(key_id: str, owner: str, number: int) -> bytes:
    return f"{key_id}\0{owner}\0{number}".encode()
