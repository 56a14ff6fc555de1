"""Does the provider's session go on, out of which one of ours grew? Asked at a use of ours, once a minute at most.

           ┌───────────── renewed ◀──── the next tokens ─────┐
    in time ──a minute later──▶ taken (the token leaves the row first: it is good once) ──refused──▶ ended
                                  └── no answer: nobody knows whether it was used ──a minute later──▶ ended

Whoever is sent to sign in then comes back without being asked, if the provider still knows them. Of people at work the provider
is asked again for whom they work, so that who left an organisation has lost the workplace a minute later.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import RowMapping, bindparam, update

from rp.access.events import Event, note
from rp.access.models import SessionRow
from rp.realm import Realm
from rp.trust.errors import AnswerRefused, ProviderUnavailable
from rp.trust.patience import patience
from rp.trust.renewal import ProviderNotReached, renew_tokens
from rp.trust.sign_in_answer import Tokens, ask_again

RENEW_AFTER_SECONDS = 60

_STORE = update(SessionRow).where(SessionRow.id == bindparam("session_id"), SessionRow.ended_at.is_(None))
_TAKE = _STORE.where(SessionRow.renewed_at == bindparam("seen_renewed_at"))
_END = _STORE.values(ended_at=bindparam("now"), sealed=b"")


def goes_on(realm: Realm, row: RowMapping, fields: Mapping[str, Any]) -> bool:
    """Renew the tokens of a living session when it is time, which tells the provider that its person is at work. False when
    it refuses: then the session has ended."""
    if row["renewed_at"] is None or realm.clock.now() - row["renewed_at"] < RENEW_AFTER_SECONDS:
        return True
    tokens = Tokens(**fields["tokens"])
    if tokens.refresh_token is None:
        _end(realm, row, cause="the token was used and no answer came")
        return False
    if not _keep(realm, row, fields, Tokens(**{**asdict(tokens), "refresh_token": None}), takes=True):
        return True  # another request of this browser does it
    try:
        with patience(realm):
            renewed = renew_tokens(realm, tokens)
            _keep(realm, row, fields, renewed)
            told = fields.get("claims") or {}
            if told.get("organisations"):
                claims = ask_again(realm, renewed, told, subject=row["subject"])
                _keep(realm, row, {**fields, "claims": claims}, renewed)
    except ProviderNotReached:
        _keep(realm, row, fields, tokens)
    except ProviderUnavailable:
        return True
    except AnswerRefused as refusal:
        _end(realm, row, cause=str(refusal))
        return False
    return True


def _keep(realm: Realm, row: RowMapping, fields: Mapping[str, Any], tokens: Tokens, *, takes: bool = False) -> bool:
    """Store the tokens of a session. One of several that would take its refresh token does."""
    sealed = realm.vault.seal_fields(f"sessions:{row['id']}", {**fields, "tokens": asdict(tokens)})
    statement = (_TAKE if takes else _STORE).values(sealed=sealed, renewed_at=realm.clock.now())
    parameters = {"session_id": row["id"], **({"seen_renewed_at": row["renewed_at"]} if takes else {})}
    with realm.database.write() as connection:
        return connection.execute(statement, parameters).rowcount == 1


def _end(realm: Realm, row: RowMapping, *, cause: str) -> None:
    with realm.database.write() as connection:
        if connection.execute(_END, {"session_id": row["id"], "now": realm.clock.now()}).rowcount:
            actor = f"patient:{row['patient_id']}" if row["patient_id"] else f"subject:{row['subject']}"
            detail = {"channel": "renewal", "cause": cause}
            note(connection, realm, Event.SIGN_OUT, actor=actor, object="session", detail=detail)
