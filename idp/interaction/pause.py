"""A request is paused, and taken up again.

    paused ──sign-in──▶ paused, with an attempt ──for whom?──▶ paused, with a choice ──consent page──▶ answered ──▶ finished
       └──────────────────────────── ten minutes ────────────────────────────▶ expired

Finishing is one conditional UPDATE, so a page opened twice gives one code. What was asked is sealed and never read from
the browser again.
"""

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, insert, or_, select, update

from ground.chance import draw_identifier
from ground.database import table_of
from idp.citizens.acting import Choice
from idp.interaction.models import Interaction
from idp.protocol.authorization_request import AuthorizationRequest
from idp.protocol.claims import ClaimsRequest
from idp.realm import Realm

INTERACTIONS = table_of(Interaction)
CONTINUE = "/oauth2/continue/"
"""Where a paused request is taken up again."""

FIND = select(INTERACTIONS).where(INTERACTIONS.c.id == bindparam("interaction_id"))


class InteractionGone(Exception):
    """There is no such request in this browser, it has been answered, or its time is over; `is_foreign` where it waits for
    another."""

    def __init__(self, *, is_foreign: bool = False) -> None:
        super().__init__()
        self.is_foreign = is_foreign


@dataclass(frozen=True)
class PausedRequest:
    """A request that waits. `answer` is `allow`, `deny`, `leave` (back to the service, without what it demands) or None, given
    by the citizen `answered_by`; `acting` was chosen by the citizen `acting_chosen_by`; `expires_at` in seconds."""

    id: str
    request: AuthorizationRequest
    attempt_id: str | None
    answer: str | None
    answered_by: str | None
    acting: Choice | None
    acting_chosen_by: str | None
    expires_at: int

    def answer_of(self, citizen_id: str) -> str | None:
        """What this person said. The answer of somebody who used the browser before is not theirs."""
        return self.answer if self.answered_by == citizen_id else None

    def choice_of(self, citizen_id: str) -> Choice | None:
        """For whom this person said that they act, if they said it."""
        return self.acting if self.acting_chosen_by == citizen_id else None

    @property
    def number(self) -> str:
        """A short name for the person to see, «7F3A-2216»."""
        return f"{self.id[:4]}-{self.id[4:8]}".upper()


def pause(realm: Realm, connection: Connection, request: AuthorizationRequest, *, browser: str | None) -> str:
    """Store a judged request and return its id.

    A request that came by a form of another site carries no cookie of ours; it is bound to the browser that takes it up
    first.
    """
    interaction_id = draw_identifier(realm.chance, "interaction")
    now = realm.clock.now()
    connection.execute(
        insert(INTERACTIONS),
        {
            "id": interaction_id,
            "client_id": request.client_id,
            "sealed": realm.vault.seal_fields(f"interactions:{interaction_id}", to_fields(request)),
            "browser": browser,
            "created_at": now,
            "expires_at": now + realm.settings.lifetimes.interaction,
        },
    )
    return interaction_id


def take_up(realm: Realm, connection: Connection, interaction_id: str, *, browser: str) -> PausedRequest:
    """The paused request of this browser. Raises InteractionGone."""
    if "\0" in interaction_id:  # PostgreSQL would raise
        raise InteractionGone
    row = connection.execute(FIND, {"interaction_id": interaction_id}).first()
    if row is None or row.finished_at is not None or row.expires_at <= realm.clock.now():
        raise InteractionGone
    if row.browser not in (browser, None):
        raise InteractionGone(is_foreign=True)
    return PausedRequest(
        id=row.id,
        request=from_fields(realm.vault.open_fields(f"interactions:{row.id}", row.sealed)),
        attempt_id=row.attempt_id,
        answer=row.answer,
        answered_by=row.answered_by,
        acting=Choice(row.acting_kind, row.acting_id) if row.acting_kind else None,
        acting_chosen_by=row.acting_chosen_by,
        expires_at=row.expires_at,
    )


def bind(connection: Connection, interaction_id: str, *, browser: str) -> None:
    """Bind the request to the browser that took it up. Raises InteractionGone when another was faster."""
    statement = update(INTERACTIONS).where(
        INTERACTIONS.c.id == interaction_id, or_(INTERACTIONS.c.browser.is_(None), INTERACTIONS.c.browser == browser)
    )
    if connection.execute(statement, {"browser": browser}).rowcount != 1:
        raise InteractionGone


def remember_attempt(connection: Connection, paused: PausedRequest, attempt_id: str) -> None:
    """The sign-in that was begun for this request."""
    connection.execute(update(INTERACTIONS).where(INTERACTIONS.c.id == paused.id), {"attempt_id": attempt_id})


def remember_answer(connection: Connection, paused: PausedRequest, answer: str, *, citizen_id: str) -> None:
    """What this person said: `allow` or `deny` on the consent page, `leave` where their account was not enough."""
    row = {"answer": answer, "answered_by": citizen_id}
    connection.execute(update(INTERACTIONS).where(INTERACTIONS.c.id == paused.id), row)


def remember_choice(connection: Connection, paused: PausedRequest, choice: Choice, *, citizen_id: str) -> None:
    """For whom this person acts here."""
    row = {"acting_kind": choice.kind, "acting_id": choice.id, "acting_chosen_by": citizen_id}
    connection.execute(update(INTERACTIONS).where(INTERACTIONS.c.id == paused.id), row)


def finish(realm: Realm, connection: Connection, paused: PausedRequest) -> None:
    """The request is answered now. Raises InteractionGone when it has been before."""
    statement = update(INTERACTIONS).where(INTERACTIONS.c.id == paused.id, INTERACTIONS.c.finished_at.is_(None))
    if connection.execute(statement, {"finished_at": realm.clock.now()}).rowcount != 1:
        raise InteractionGone


def to_fields(request: AuthorizationRequest) -> dict[str, Any]:
    """A judged request as JSON can hold it."""
    sets = {"scope": sorted(request.scope), "prompt": sorted(request.prompt)}
    return asdict(request) | sets


def from_fields(fields: dict[str, Any]) -> AuthorizationRequest:
    """The request that `to_fields` wrote."""
    for name in ("scope", "prompt"):
        fields[name] = frozenset(fields[name])
    for name in ("acr_values", "ui_locales", "essential_levels"):
        fields[name] = tuple(fields[name])
    claims = fields["claims"]
    fields["claims"] = ClaimsRequest(**(claims | {"levels": tuple(claims["levels"])}))
    return AuthorizationRequest(**fields)
