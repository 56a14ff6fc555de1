"""One trip to the provider and back, as a row.

begun ──answer in the same browser, within 15 minutes──▶ used        (one conditional UPDATE: nobody comes back twice)
  └──time──▶ gone
"""

import hashlib
from dataclasses import dataclass, field
from enum import Enum

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from rp.access.where import safe_path
from rp.realm import Realm
from rp.sign_in.models import SignInRow
from rp.trust.sign_in_request import SignInRequest

LIFETIME_SECONDS = 15 * 60

_TAKE = (
    update(SignInRow)
    .where(
        SignInRow.state_hash == bindparam("state"),
        SignInRow.browser == bindparam("in_browser"),
        SignInRow.used_at.is_(None),
        SignInRow.created_at > bindparam("begun_after"),
    )
    .values(used_at=bindparam("now"))
)
_BY_STATE = select(SignInRow.__table__).where(SignInRow.state_hash == bindparam("state"))


class NotTaken(Enum):
    """Why an answer belongs to no journey under way."""

    UNKNOWN = "no such sign-in was begun in this browser, or it was too long ago"
    USED = "this sign-in was completed before"


@dataclass(frozen=True)
class Journey:
    """What we remembered when the browser left. `acr` is the level that was asked for; `insists` says that it was asked for once
    more, after an answer that said less."""

    nonce: str = field(repr=False)
    code_verifier: str = field(repr=False)
    return_path: str
    acr: str | None = None
    insists: bool = False


def begin_journey(
    connection: Connection, realm: Realm, request: SignInRequest, *, browser: str, return_path: str, insists: bool = False
) -> None:
    """Remember a sign-in request for the browser that makes it. Journeys past their time go."""
    now = realm.clock.now()
    connection.execute(delete(SignInRow).where(SignInRow.created_at <= now - LIFETIME_SECONDS))
    state_hash = _hash(request.state)
    fields = {
        "nonce": request.nonce,
        "code_verifier": request.code_verifier,
        "return_path": safe_path(return_path),
        "acr": request.acr,
        "insists": insists,
    }
    values = {
        "state_hash": state_hash,
        "browser": browser,
        "sealed": realm.vault.seal_fields(_place(state_hash), fields),
        "created_at": now,
        "used_at": None,
    }
    connection.execute(insert(SignInRow), values)


def take_journey(connection: Connection, realm: Realm, state: str, *, browser: str) -> Journey | NotTaken:
    """Use the journey of that state up, if it was begun in this browser."""
    state_hash, now = _hash(state), realm.clock.now()
    parameters = {"state": state_hash, "in_browser": browser, "begun_after": now - LIFETIME_SECONDS, "now": now}
    is_taken = connection.execute(_TAKE, parameters).rowcount == 1
    row = connection.execute(_BY_STATE, {"state": state_hash}).mappings().first()
    if row is None or row["browser"] != browser:
        return NotTaken.UNKNOWN
    if not is_taken:
        return NotTaken.USED if row["used_at"] is not None else NotTaken.UNKNOWN
    return Journey(**realm.vault.open_fields(_place(state_hash), row["sealed"]))


def _place(state_hash: bytes) -> str:
    return f"sign_ins:{state_hash.hex()}"


def _hash(state: str) -> bytes:
    return hashlib.sha256(state.encode("utf-8", "surrogatepass")).digest()
