"""Who is asking in this request."""

from flask import g

from ground.web.cookies import cookie_value
from rp.access.policy import READ, WRITE
from rp.access.principal import ANYBODY, Principal, Role
from rp.access.session import COOKIE, Session, find_session
from rp.access.where import open_page
from rp.organisations.directory import Workplace, workplaces_of
from rp.realm import current_realm


class SignInNeeded(Exception):
    """The page is for signed-in people; the person is sent to the provider and comes back to `return_path`."""

    def __init__(self, return_path: str) -> None:
        super().__init__("sign-in needed")
        self.return_path = return_path


class StepUpNeeded(SignInNeeded):
    """The page is for people who proved more; they are sent to the provider to prove it, and come back to `return_path`."""

    def __init__(self, return_path: str, acr: str) -> None:
        super().__init__(return_path)
        self.acr = acr


def current_session() -> Session | None:
    """The living session of this browser. Looked up once a request."""
    if "rp_session" not in g:
        g.rp_session = find_session(current_realm(), cookie_value(COOKIE))
    session: Session | None = g.rp_session
    return session


def require_session() -> Session:
    """The session of this browser. Raises SignInNeeded."""
    session = current_session()
    if session is None:
        raise SignInNeeded(open_page())
    return session


def current_workplaces() -> tuple[Workplace, ...]:
    """Where the signed-in person works. Looked up once a request, so who loses a role has lost it at the next one."""
    if "rp_workplaces" not in g:
        session, realm = current_session(), current_realm()
        g.rp_workplaces = ()
        if session is not None and session.ogrns:
            with realm.database.read() as connection:
                g.rp_workplaces = workplaces_of(connection, realm, snils=session.snils, ogrns=session.ogrns)
    places: tuple[Workplace, ...] = g.rp_workplaces
    return places


def current_workplace() -> Workplace | None:
    """The workplace that the person chose, or the only one."""
    session, places = current_session(), current_workplaces()
    chosen = [place for place in places if session is not None and place.id == session.workplace_id]
    return next(iter(chosen or places), None)


def own_principals() -> tuple[Principal, ...]:
    """Everybody whom this browser stands for: the citizen, and the same person at the workplace that is chosen."""
    session, place = current_session(), current_workplace()
    if session is None:
        return ()
    citizen = session.principal
    if place is None:
        return (citizen,)
    # Whom the session does not know as a patient, `rp.relations.at_work` has recognised, if the register has them.
    patient_id = session.own_patient_id or g.get("rp_patient_at_work")
    at_work = Principal(Role(place.role), f"staff:{place.id}", patient_id, frozenset({READ, WRITE}), place.organisation.id)
    return (citizen, at_work)


def current_principal() -> Principal:
    """Whom the guard let in; outside a guarded view the signed-in citizen, or anybody."""
    guarded: Principal | None = g.get("rp_principal")
    if guarded is not None:
        return guarded
    session = current_session()
    return session.principal if session else ANYBODY
