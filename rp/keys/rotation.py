"""Exchanging the key-encryption key while everybody reads and writes.

a new key in the file ──▶ data keys sealed anew, piece by piece ──nobody can make one under the old──▶ the old key leaves the file

Whoever dies in between leaves two keys in the file, and both open: the next run goes on where this one stopped.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, select, text, update

from ground.database import table_of
from ground.sealing import add_secret, retire_secrets
from rp.keys.encryption_keys import EncryptionKeys
from rp.keys.models import DataKeyRow
from rp.keys.safe import unwrap, wrap
from rp.realm import Realm

AT_ONCE = 500
"""Data keys that one transaction seals anew: nobody waits for it longer than a moment."""

_TABLE = table_of(DataKeyRow)
_OLD = select(_TABLE).where(_TABLE.c.encryption_key < bindparam("newest")).order_by(_TABLE.c.id).limit(AT_ONCE)
_RENEW = (
    update(DataKeyRow)
    .where(_TABLE.c.id == bindparam("key_id"), _TABLE.c.encryption_key == bindparam("old"))
    .values(sealed=bindparam("new_sealed"), encryption_key=bindparam("newest"))
)


@dataclass(frozen=True)
class Exchange:
    """What an exchange did: the number of the key that seals now, and how many data keys it sealed anew."""

    newest: int
    renewed: int


def exchange_keys(realm: Realm, tell: Callable[[int, int], None] = lambda _done, _total: None) -> Exchange:
    """Make a new key-encryption key, seal every data key by it, and remove the old ones. `tell` hears how far it is.

    Raises SecretsUnusable, SealBroken.
    """
    file = realm.home.encryption_keys_file
    add_secret(file, realm.chance)
    newest = realm.room(EncryptionKeys).newest()
    with realm.database.read() as connection:
        total = connection.execute(select(func.count()).select_from(_TABLE).where(_TABLE.c.encryption_key < newest)).scalar_one()
    done = 0
    while True:
        with realm.database.write() as connection:
            renewed = _renew_some(connection, realm, newest)
            done += renewed
            tell(done, max(total, done))
            if renewed == 0:
                # Nobody makes a data key now, and whoever does so next has looked at the file after it was written.
                if connection.dialect.name == "postgresql":
                    connection.execute(text("LOCK TABLE data_keys IN SHARE ROW EXCLUSIVE MODE"))
                if _renew_some(connection, realm, newest) == 0:
                    retire_secrets(file, keep=newest)
                    return Exchange(newest, done)


def _renew_some(connection: Connection, realm: Realm, newest: int) -> int:
    renewed = 0
    for row in connection.execute(_OLD, {"newest": newest}).mappings().all():
        sealed = wrap(realm, row["id"], row["owner"], newest, unwrap(realm, row))
        parameters = {"key_id": row["id"], "old": row["encryption_key"], "newest": newest, "new_sealed": sealed}
        renewed += connection.execute(_RENEW, parameters).rowcount
    return renewed
