"""The deciders' side: granting and refusing, once, with a reason that the person reads."""

from dataclasses import replace

from sqlalchemy import Connection

from rp.access.events import Event, note
from rp.access.principal import Principal, Role
from rp.notices import tell
from rp.realm import Realm
from rp.requests import store
from rp.requests.catalogue import BY_NAME
from rp.requests.emptying import RULE
from rp.requests.kind import Granting, Request, State
from rp.requests.words import news_of


def may_decide(principal: Principal, request: Request) -> bool:
    """Is it this principal's to decide? An organisation decides its own affairs only.

    Nobody decides what they ask, for themselves or for another.
    """
    themselves = f"patient:{principal.patient_id}"
    if principal.role not in BY_NAME[request.kind].deciders or themselves in (f"patient:{request.patient_id}", request.author):
        return False
    # A registrar looks after the register itself, whoever's affair it is.
    is_theirs = request.organisation_id in (None, principal.organisation_id)
    return is_theirs or principal.role is Role.REGISTRAR


def grant(connection: Connection, realm: Realm, request: Request, *, decider: Principal, answer: str) -> None:
    """Do what is asked and say so. Raises RequestMoved when it is decided or withdrawn, CannotGrant when it cannot be done."""
    granted = _decided(realm, request, State.GRANTED, by=decider.actor, answer=answer)
    # The row first: whoever comes second is refused before anything is done twice.
    store.move(connection, realm, request, granted)
    _announce(connection, realm, granted)
    BY_NAME[request.kind].grant(Granting(connection, realm, granted, decider, answer))


def refuse(connection: Connection, realm: Realm, request: Request, *, decider: Principal, answer: str) -> None:
    """Refuse with the reason. Raises RequestMoved."""
    refused = _decided(realm, request, State.REFUSED, by=decider.actor, answer=answer)
    store.move(connection, realm, request, refused)
    _announce(connection, realm, refused)


def refuse_at_once(connection: Connection, realm: Realm, request: Request, reason: str) -> Request:
    """Refuse by the rule of its kind what was sent in this transaction."""
    refused = _decided(realm, request, State.REFUSED, by=RULE, answer=reason)
    store.move(connection, realm, request, refused)
    _announce(connection, realm, refused)
    return refused


def _decided(realm: Realm, request: Request, state: State, *, by: str, answer: str) -> Request:
    if request.state is not State.SENT:
        raise store.RequestMoved(request.id)
    return replace(request, state=state, decided_at=realm.clock.now(), decided_by=by, answer=answer, version=request.version + 1)


def _announce(connection: Connection, realm: Realm, request: Request) -> None:
    """The event, and the news for the person: before anything is done, since afterwards there may be nobody to tell."""
    detail: dict[str, str | int] = {"kind": request.kind}
    actor, object = request.decided_by or RULE, f"request:{request.id}"
    note(connection, realm, Event.REQUEST_DECIDED, actor=actor, object=object, outcome=str(request.state), detail=detail)
    if request.state is State.GRANTED and not BY_NAME[request.kind].leaves_a_cabinet:
        return
    subject, text = news_of(request)
    tell(connection, realm, request.patient_id, subject=subject, text=text, link=f"/requests/{request.id}")
