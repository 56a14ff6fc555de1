"""Who may open a page of their own, of the account or of the staff, and who may change something there.

    nobody signed in ──▶ sign-in ──▶ reading
    reading ──▶ changing: proofs not older than five minutes, of the level that this account can reach
    reading ──▶ at work: a role, and two factors ──▶ a deed there: both factors not older than five minutes

A session that somebody left open must not be enough to add a way in of one's own (ASVS 5.0, 7.5.1), and neither must one of two
proofs (security.md, LM-27).
"""

from dataclasses import replace
from urllib.parse import urlencode

from flask import Blueprint, abort, redirect, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from ground.web.cookies import browser_binding
from ground.web.errors import PageProblem, answer_problem
from ground.web.language import gettext as _
from idp.audit import Event, record
from idp.authentication import attempt as attempts
from idp.authentication.attempt import Purpose
from idp.authentication.lockout import AccountLocked
from idp.authentication.method import Method, Owner
from idp.authentication.methods import METHODS
from idp.authentication.policy import reachable_levels, within_reach
from idp.citizens import directory
from idp.citizens.models import Person, StaffRole
from idp.pages import current_realm
from idp.protocol.assurance import Factor, level_of, reaches
from idp.protocol.redirect_uri import host_of
from idp.protocol.vocabulary import Level
from idp.realm import Realm
from idp.sessions import browser, store
from idp.sessions.store import Session

FRESH_SECONDS = 5 * 60
FIRST_SIGN_IN = "/account/first-sign-in"
"""Where a newcomer is asked for their passport, once, on the way to whatever they signed in for."""
MAX_PATH_LENGTH = 200
"""Of an address that an attempt can lead back to."""
MAX_OWN_LENGTH = MAX_PATH_LENGTH - len("page:")
"""Of the path of a page here: an attempt leads back to it, and the journal names it."""


class SignInNeeded(Exception):
    """The page is not for this browser yet: `address` is the way to sign in, and back to the page in the end."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


def make_guarded(name: str, module: str, path: str) -> Blueprint:
    """A blueprint of pages that people sign in for; whoever is not signed in is sent to do so."""
    blueprint = Blueprint(name, module, url_prefix=path)
    blueprint.before_request(_refuse_what_names_nothing)
    blueprint.register_error_handler(AccountLocked, answer_locked)
    blueprint.register_error_handler(SignInNeeded, lambda needed: redirect(needed.address, 303))
    return blueprint


def answer_locked(locked: AccountLocked) -> Response:
    """Tell somebody that the account is locked, and how it is recovered here."""
    came_from = (request.view_args or {}).get("attempt_id")
    return answer_problem(locked.page(has_recovery=not current_realm().settings.is_bank, came_from=came_from))


def _refuse_what_names_nothing() -> None:
    """What names something here never holds a zero character, and is never that long: PostgreSQL would raise."""
    is_too_long = len(request.path) > MAX_OWN_LENGTH
    if is_too_long or any("\0" in value for value in (request.view_args or {}).values()):
        abort(404)


def enter(realm: Realm, path: str) -> Owner:
    """The person of this browser, to whom the page of `path` may be shown. Raises SignInNeeded."""
    with realm.database.read() as connection:
        owner = _owner(realm, connection)
    if owner is None:
        raise sign_in_first(realm, path)
    _ask_newcomer_first(owner, path)
    store.touch(realm, owner.session)
    return owner


def enter_to_change(realm: Realm, path: str) -> Owner:
    """The person of this browser, who may change what the page of `path` changes. Raises SignInNeeded."""
    with realm.database.read() as connection:
        owner = _owner(realm, connection)
        # Each proof by its own age: a second step of this minute does not make the first of this morning fresh.
        fresh = _fresh(realm, owner.session) if owner is not None else ()
        wanted = _reachable(realm, connection, owner) if owner is not None else "low"
    if owner is None or not fresh:
        raise sign_in_first(realm, path, asked_level="substantial")
    _ask_newcomer_first(owner, path)
    if not reaches(level_of(fresh), wanted):
        raise sign_in_first(realm, path, asked_level=wanted, keeps=replace(owner.session, factors=fresh))
    store.touch(realm, owner.session)
    return owner


def enter_to_work(realm: Realm, path: str, *roles: StaffRole) -> Owner:
    """Somebody of the provider's staff who has one of these roles and proved two factors. Raises SignInNeeded, and PageProblem
    for whoever has none of them; the journal says who that was."""
    owner = enter(realm, path)
    if not owner.person.roles & set(roles):
        with realm.database.write() as connection:
            actor = f"citizen:{owner.person.id}"
            record(realm, connection, Event.ACCESS_REFUSED, actor=actor, object=f"page:{path}", outcome="no_role")
        raise PageProblem(
            status=403,
            title=_("Недостаточно прав"),
            lead=_("Эта страница для сотрудников Пропуска, у которых есть нужная роль."),
            actions=((_("В профиль"), "/account"),),
            code="access_denied",
            cause=f"none of the roles {', '.join(roles)}",
        )
    if not reaches(owner.session.level, "substantial"):
        raise sign_in_first(realm, path, asked_level="substantial", demanded_level="substantial", keeps=owner.session)
    return owner


def first_sign_in(path: str) -> str:
    """The address at which a newcomer is asked for their passport on the way to `path`."""
    return f"{FIRST_SIGN_IN}?{urlencode({'return': path})}"


def _ask_newcomer_first(owner: Owner, path: str) -> None:
    if owner.person.is_newcomer and path != FIRST_SIGN_IN:
        raise SignInNeeded(first_sign_in(path))


def _way_back(path: str) -> str:
    """Where a sign-in leads in the end: to the page as it was open, with what its address asked for."""
    address = f"{path}?{urlencode(list(request.args.items(multi=True)))}"
    is_open_page = request.method == "GET" and request.path == path and request.args
    return address if is_open_page and len(address) <= MAX_PATH_LENGTH else path


def enter_to_decide(realm: Realm, path: str, *roles: StaffRole) -> Owner:
    """The same for what somebody of the staff does to another person: both factors are of the last five minutes."""
    owner = enter_to_work(realm, path, *roles)
    fresh = _fresh(realm, owner.session)
    if not reaches(level_of(fresh), "substantial"):
        keeps = replace(owner.session, factors=fresh) if fresh else None
        raise sign_in_first(realm, path, asked_level="substantial", demanded_level="substantial", keeps=keeps)
    return owner


def has_second_factor(realm: Realm, connection: Connection, person: Person) -> bool:
    """Can this person prove two factors here now? Who cannot is let in nowhere as one of the staff."""
    return reaches(reachable_levels(offered_methods(realm, connection, person))[-1], "substantial")


def _owner(realm: Realm, connection: Connection) -> Owner | None:
    session = browser.current(realm, connection)
    person = directory.find(realm, connection, session.citizen_id) if session is not None else None
    if person is None or session is None or person.is_shut_out:
        return None
    return Owner(person, session)


def _fresh(realm: Realm, session: Session) -> tuple[Factor, ...]:
    return tuple(factor for factor in session.factors if realm.clock.now() - factor.at <= FRESH_SECONDS)


def _reachable(realm: Realm, connection: Connection, owner: Owner) -> Level:
    """Two factors of whoever has them. An electronic signature is never demanded for this: its owner may be far from it."""
    offered = offered_methods(realm, connection, owner.person)
    level = within_reach(owner.session.factors, offered)
    return "substantial" if reaches(level, "substantial") else "low"


def offered_methods(realm: Realm, connection: Connection, person: Person) -> list[Method]:
    """The ways that this person can go here now."""
    return [method for method in METHODS if method.why_shut(realm) is None and method.is_offered(realm, connection, person)]


def sign_in_first(
    realm: Realm,
    path: str,
    *,
    asked_level: Level | None = None,
    demanded_level: Level | None = None,
    keeps: Session | None = None,
) -> SignInNeeded:
    """Begin a sign-in for the sake of the page of `path`, to be raised. Who only has to prove more keeps what is proved."""
    with realm.database.write() as connection:
        purpose = Purpose(
            client_name=_("Профиль в Пропуске"),
            client_host=host_of(realm.issuer),
            destination=realm.issuer,
            has_run_out=browser.has_run_out(realm, connection),
        )
        attempt_id = attempts.begin(
            realm,
            connection,
            browser=browser_binding(),
            asked_level=asked_level,
            demanded_level=demanded_level,
            purpose=purpose,
            return_path=_way_back(path),
            citizen_id=keeps.citizen_id if keeps else None,
            factors=keeps.factors if keeps else (),
            keeps_sid=keeps.sid if keeps else None,
        )
    return SignInNeeded(f"/sign-in/{attempt_id}")
