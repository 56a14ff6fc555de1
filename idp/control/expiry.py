"""When something runs out: the first second at which it is no longer good, by the comparison of the room that judges it.

Most say `expires_at > now`; a one-time code is still good in the second it names, and a session after exactly its time.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Table, or_, select, update

from idp.audit import Event
from idp.authentication.methods.one_time_code.codes import alive_codes, hash_code
from idp.control.operation import Problem
from idp.database import JOURNAL
from idp.interaction.pause import INTERACTIONS
from idp.interaction.pushed import PUSHED, hash_reference
from idp.protocol.compact_jwt import JwtMalformed, take_apart
from idp.protocol.request_object import PUSHED_PREFIX
from idp.realm import Realm
from idp.sessions.store import SESSIONS, hash_cookie
from idp.tokens import codes
from idp.tokens.refresh import REFRESH_TOKENS, hash_token

Kind = Literal[
    "authorization_code",
    "one_time_code",
    "access_token",
    "id_token",
    "refresh_token",
    "session_idle",
    "session_absolute",
    "pushed_request",
    "interaction",
]
TOKENS_MADE = (Event.AUTHORIZATION_REDEEMED.value, Event.TOKENS_REFRESHED.value)
"""The events at which access tokens and ID tokens are made: tokens themselves are not stored."""


def first_bad_second(realm: Realm, connection: Connection, what: Kind, value: str | None) -> int:
    """When it is no longer good: the thing that `value` is, or the newest of its kind that nobody has used up.

    Raises Problem when there is none.
    """
    moment = RULES[what](realm, connection, value)
    if moment is None:
        raise Problem(404, "nothing_to_expire", "There is nothing of this kind that could run out", f"what: {what}")
    return moment


def keep_from_idling(connection: Connection, value: str | None, until: int) -> None:
    """Count a session as used at a moment, so that only its age ends it."""
    row = _session(connection, value)
    if row is not None:
        connection.execute(update(SESSIONS).where(SESSIONS.c.sid == row.sid), {"seen_at": until})


def _authorization_code(_realm: Realm, connection: Connection, value: str | None) -> int | None:
    which = codes.CODES.c.redeemed_at.is_(None) if value is None else codes.CODES.c.code_hash == codes.hash_code(value)
    return _stored(connection, codes.CODES, which)


def _one_time_code(realm: Realm, connection: Connection, value: str | None) -> int | None:
    for row in alive_codes(connection):
        if value is None or row.code_hash == hash_code(realm, row.id, value):
            return int(row.expires_at) + 1
    return None


def _refresh_token(_realm: Realm, connection: Connection, value: str | None) -> int | None:
    columns = REFRESH_TOKENS.c
    return _stored(
        connection, REFRESH_TOKENS, columns.rotated_at.is_(None) if value is None else columns.token_hash == hash_token(value)
    )


def _pushed_request(_realm: Realm, connection: Connection, value: str | None) -> int | None:
    if value is None:
        return _stored(connection, PUSHED, PUSHED.c.used_at.is_(None))
    return _stored(connection, PUSHED, PUSHED.c.reference_hash == hash_reference(value.removeprefix(PUSHED_PREFIX)))


def _interaction(_realm: Realm, connection: Connection, value: str | None) -> int | None:
    columns = INTERACTIONS.c
    return _stored(connection, INTERACTIONS, columns.finished_at.is_(None) if value is None else columns.id == value)


def _access_token(realm: Realm, connection: Connection, value: str | None) -> int | None:
    return _token(connection, value, realm.settings.lifetimes.access_token)


def _id_token(realm: Realm, connection: Connection, value: str | None) -> int | None:
    return _token(connection, value, realm.settings.lifetimes.id_token)


def _session_idle(realm: Realm, connection: Connection, value: str | None) -> int | None:
    row = _session(connection, value)
    return None if row is None else row.seen_at + realm.settings.lifetimes.session_idle + 1


def _session_absolute(realm: Realm, connection: Connection, value: str | None) -> int | None:
    row = _session(connection, value)
    return None if row is None else row.created_at + realm.settings.lifetimes.session_absolute + 1


def _stored(connection: Connection, table: Table, which: ColumnElement[bool]) -> int | None:
    """The end of the newest row, where it is good as long as `expires_at > now`."""
    newest = select(table.c.expires_at).where(which).order_by(table.c.created_at.desc(), table.c.expires_at.desc()).limit(1)
    moment: int | None = connection.execute(newest).scalar()
    return moment


def _token(connection: Connection, value: str | None, lifetime_seconds: int) -> int | None:
    """The `exp` of a token (RFC 7519, 4.1.4: good before it), or that of those which were made last."""
    if value is None:
        made = select(JOURNAL.c.at).where(JOURNAL.c.action.in_(TOKENS_MADE), JOURNAL.c.outcome == "done")
        made_at = connection.execute(made.order_by(JOURNAL.c.seq.desc()).limit(1)).scalar()
        return None if made_at is None else int(made_at) + lifetime_seconds
    try:
        expires_at = take_apart(value).claims.get("exp")
    except JwtMalformed as reason:
        raise Problem(422, "body_invalid", "The value is no token", str(reason)) from None
    return expires_at if type(expires_at) is int else None


def _session(connection: Connection, value: str | None) -> Any:
    """The session of a cookie or a `sid`, or the newest that has not been ended."""
    columns = SESSIONS.c
    named = or_(columns.sid == value, columns.cookie_hash == hash_cookie(value or ""))
    which = columns.ended_at.is_(None) if value is None else named
    return connection.execute(select(SESSIONS).where(which).order_by(columns.created_at.desc(), columns.seen_at.desc())).first()


Rule = Callable[[Realm, Connection, str | None], int | None]
RULES: Mapping[Kind, Rule] = {
    "authorization_code": _authorization_code,
    "one_time_code": _one_time_code,
    "access_token": _access_token,
    "id_token": _id_token,
    "refresh_token": _refresh_token,
    "session_idle": _session_idle,
    "session_absolute": _session_absolute,
    "pushed_request": _pushed_request,
    "interaction": _interaction,
}
