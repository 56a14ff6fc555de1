"""Sessions: opened by a verified sign-in, kept alive by use, ended by time or by the person.

opened ──use──▶ seen ──15 minutes without use, or 12 hours in all──▶ expired
   └──────────────┴──sign-out, or the provider says that it is over──▶ ended        (neither comes back to life)
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from ground.chance import draw_identifier, draw_token
from rp.access.models import SessionRow
from rp.access.principal import Principal, Role
from rp.access.renewal import goes_on
from rp.realm import Realm
from rp.trust.assurance import reaches

IDLE_SECONDS = 15 * 60
ABSOLUTE_SECONDS = 12 * 60 * 60
COOKIE = "session"

_BY_COOKIE = select(SessionRow.__table__).where(SessionRow.cookie_hash == bindparam("cookie"))
_TOUCH = (
    update(SessionRow)
    .where(SessionRow.id == bindparam("session_id"), SessionRow.ended_at.is_(None), SessionRow.seen_at < bindparam("now"))
    .values(seen_at=bindparam("now"))
)
_END = (
    update(SessionRow)
    .where(SessionRow.id == bindparam("session_id"), SessionRow.ended_at.is_(None))
    .values(ended_at=bindparam("now"), sealed=b"")
)
_END_OF_PROVIDER = (
    update(SessionRow)
    .where(SessionRow.issuer == bindparam("of_issuer"), SessionRow.ended_at.is_(None))
    .values(ended_at=bindparam("now"), sealed=b"")
)


@dataclass(frozen=True)
class Session:
    """A session that is alive.

    `claims` is what the provider said of the person at sign-in, as `trust.sign_in_answer` took it: names, `birthdate`, `gender`,
    `snils` (eleven digits), `inn`, `phone_number`, `email`, and `organisations`, a list of {ogrn, name, position}.

    `acting_for` is whose pages the person chose; `represented_id` is the same once it is known that they still speak for that
    patient (`rp.relations.acting`).
    """

    id: str
    own_patient_id: str | None
    issuer: str
    subject: str
    provider_session: str | None
    acr: str
    claims: Mapping[str, Any] = field(repr=False)
    workplace_id: str | None = None
    acting_for: str | None = None
    represented_id: str | None = None
    represents: frozenset[str] = frozenset()

    @property
    def patient_id(self) -> str | None:
        """Whose pages these are: those of the signed-in person, or of the patient for whom they speak."""
        return self.represented_id or self.own_patient_id

    @property
    def given_name(self) -> str | None:
        return self._text("given_name")

    @property
    def family_name(self) -> str | None:
        return self._text("family_name")

    @property
    def snils(self) -> str | None:
        """Eleven digits, as the provider vouches for them."""
        return self._text("snils")

    @property
    def ogrns(self) -> tuple[str, ...]:
        """The organisations of which the provider says that the person belongs to them, by ОГРН."""
        return tuple(entry["ogrn"] for entry in self.claims.get("organisations") or ())

    def _text(self, name: str) -> str | None:
        value = self.claims.get(name)
        return value if isinstance(value, str) else None

    @property
    def actor(self) -> str:
        """The signed-in person in the journal: patient or, outside the registry, subject."""
        return f"patient:{self.own_patient_id}" if self.own_patient_id else f"subject:{self.subject}"

    @property
    def principal(self) -> Principal:
        return Principal(Role.CITIZEN, self.actor, self.patient_id, represents=self.represents)


def open_session(
    connection: Connection,
    realm: Realm,
    *,
    patient_id: str | None,
    issuer: str,
    subject: str,
    provider_session: str | None,
    acr: str,
    sealed: Mapping[str, Any],
    workplace_id: str | None = None,
    acting_for: str | None = None,
) -> str:
    """Open a session and return the value of its cookie, which exists nowhere else.

    `sealed` holds `claims` and `tokens`, as the provider gave them.
    """
    cookie = draw_token(realm.chance, "session cookie")
    session_id, now = draw_identifier(realm.chance, "session"), realm.clock.now()
    values = {
        "id": session_id,
        "cookie_hash": _hash(cookie),
        "patient_id": patient_id,
        "issuer": issuer,
        "subject": subject,
        "provider_session": provider_session,
        "acr": acr,
        "sealed": realm.vault.seal_fields(f"sessions:{session_id}", sealed),
        "created_at": now,
        "seen_at": now,
        "workplace_id": workplace_id,
        "acting_for": acting_for,
        "renewed_at": now if sealed["tokens"].get("refresh_token") else None,
        "ended_at": None,
    }
    # What is past its absolute term, tokens and all, goes when somebody comes.
    connection.execute(delete(SessionRow).where(SessionRow.created_at <= now - ABSOLUTE_SECONDS))
    connection.execute(insert(SessionRow), values)
    return cookie


def find_session(realm: Realm, cookie: str | None) -> Session | None:
    """The living session of a cookie, which is thereby seen. None for every other text, and for a session whose person proved
    less than is required by now."""
    if not cookie or len(cookie) > 100:
        return None
    with realm.database.read() as connection:
        row = connection.execute(_BY_COOKIE, {"cookie": _hash(cookie)}).mappings().first()
    now = realm.clock.now()
    if row is None or not is_alive(created_at=row["created_at"], seen_at=row["seen_at"], ended_at=row["ended_at"], now=now):
        return None
    if not reaches(row["acr"], realm.settings.required_acr):
        return None
    fields = realm.vault.open_fields(f"sessions:{row['id']}", row["sealed"])
    if not goes_on(realm, row, fields):
        return None
    if now > row["seen_at"]:
        # To the second. A power cut may forget it: then the session idles a little earlier.
        with realm.database.write_behind() as connection:
            connection.execute(_TOUCH, {"session_id": row["id"], "now": now})
    return Session(
        id=row["id"],
        own_patient_id=row["patient_id"],
        issuer=row["issuer"],
        subject=row["subject"],
        provider_session=row["provider_session"],
        acr=row["acr"],
        claims=fields.get("claims") or {},
        workplace_id=row["workplace_id"],
        acting_for=row["acting_for"],
    )


def is_alive(*, created_at: int, seen_at: int, ended_at: int | None, now: int) -> bool:
    """Is a session of these times alive? On the last second it is not."""
    return ended_at is None and now - seen_at < IDLE_SECONDS and now - created_at < ABSOLUTE_SECONDS


def choose_workplace(connection: Connection, session_id: str, workplace_id: str) -> None:
    """Remember where the person is at work; whether they are, is asked at every request."""
    statement = update(SessionRow).where(SessionRow.id == session_id)
    connection.execute(statement.values(workplace_id=workplace_id))


def become_patient(connection: Connection, session_id: str, patient_id: str) -> None:
    """The person of the session turned out to be this patient."""
    connection.execute(update(SessionRow).where(SessionRow.id == session_id).values(patient_id=patient_id))


def end_session(connection: Connection, realm: Realm, session_id: str) -> bool:
    """End a session and forget its tokens. True when it was alive until now."""
    return connection.execute(_END, {"session_id": session_id, "now": realm.clock.now()}).rowcount == 1


def end_sessions_of(
    connection: Connection, realm: Realm, *, issuer: str, subject: str | None, provider_session: str | None
) -> int:
    """End what grew out of a session of the provider, or, when none is named, out of any of the subject's. Says how many."""
    if subject is None and provider_session is None:
        raise ValueError("nobody's sessions are nobody's to end")
    statement = _END_OF_PROVIDER
    if provider_session is not None:
        statement = statement.where(SessionRow.provider_session == provider_session)
    if subject is not None:
        statement = statement.where(SessionRow.subject == subject)
    return connection.execute(statement, {"of_issuer": issuer, "now": realm.clock.now()}).rowcount


def _hash(cookie: str) -> bytes:
    # A cookie is 256 random bits, so a plain hash is as good as a slow one.
    return hashlib.sha256(cookie.encode("utf-8", "surrogatepass")).digest()
