"""Who may open a page of the account, and who may change something there.

    nobody signed in ──▶ sign-in ──▶ reading
    reading ──▶ changing: a sign-in not older than five minutes, at the level that this account can reach

A session that somebody left open must not be enough to add a way in of one's own (ASVS 5.0, 7.5.1), and neither must one of two
proofs (security.md, LM-27).
"""

from sqlalchemy import Connection

from ground.web.cookies import browser_binding
from ground.web.language import gettext as _
from idp.authentication import attempt as attempts
from idp.authentication.attempt import Purpose
from idp.authentication.method import Method, Owner
from idp.authentication.methods import METHODS
from idp.authentication.policy import within_reach
from idp.citizens import directory
from idp.citizens.models import Person
from idp.protocol.assurance import reaches
from idp.protocol.redirect_uri import host_of
from idp.protocol.vocabulary import Level
from idp.realm import Realm
from idp.sessions import browser, store
from idp.sessions.store import Session

FRESH_SECONDS = 5 * 60


class SignInNeeded(Exception):
    """The page is not for this browser yet: `address` is the way to sign in, and back to the page in the end."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


def enter(realm: Realm, path: str) -> Owner:
    """The person of this browser, to whom the page of `path` may be shown. Raises SignInNeeded."""
    with realm.database.read() as connection:
        owner = _owner(realm, connection)
    if owner is None:
        raise _sign_in(realm, path)
    store.touch(realm, owner.session)
    return owner


def enter_to_change(realm: Realm, path: str) -> Owner:
    """The person of this browser, who may change what the page of `path` changes. Raises SignInNeeded."""
    with realm.database.read() as connection:
        owner = _owner(realm, connection)
        wanted = _reachable(realm, connection, owner) if owner is not None else "low"
    if owner is None or realm.clock.now() - owner.session.authenticated_at > FRESH_SECONDS:
        raise _sign_in(realm, path, asked_level="substantial")
    if not reaches(owner.session.level, wanted):
        raise _sign_in(realm, path, asked_level=wanted, keeps=owner.session)
    store.touch(realm, owner.session)
    return owner


def _owner(realm: Realm, connection: Connection) -> Owner | None:
    session = browser.current(realm, connection)
    person = directory.find(realm, connection, session.citizen_id) if session is not None else None
    return Owner(person, session) if person is not None and session is not None and not person.is_disabled else None


def _reachable(realm: Realm, connection: Connection, owner: Owner) -> Level:
    """Two factors of whoever has them. An electronic signature is never demanded for this: its owner may be far from it."""
    offered = offered_methods(realm, connection, owner.person)
    level = within_reach(owner.session.factors, offered)
    return "substantial" if reaches(level, "substantial") else "low"


def offered_methods(realm: Realm, connection: Connection, person: Person) -> list[Method]:
    """The ways that this person can go here now."""
    return [method for method in METHODS if method.why_shut(realm) is None and method.is_offered(realm, connection, person)]


def _sign_in(realm: Realm, path: str, *, asked_level: Level | None = None, keeps: Session | None = None) -> SignInNeeded:
    """Begin a sign-in for the account's own sake. Who only has to prove more keeps what is proved."""
    purpose = Purpose(client_name=_("Профиль в Пропуске"), client_host=host_of(realm.issuer), destination=realm.issuer)
    with realm.database.write() as connection:
        attempt_id = attempts.begin(
            realm,
            connection,
            browser=browser_binding(),
            asked_level=asked_level,
            purpose=purpose,
            return_path=path,
            citizen_id=keeps.citizen_id if keeps else None,
            factors=keeps.factors if keeps else (),
        )
    return SignInNeeded(f"/sign-in/{attempt_id}")
