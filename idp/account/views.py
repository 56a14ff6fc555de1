"""Profile, «Безопасность», and the same routes for whatever a method enrols."""

from flask import abort, redirect, request
from werkzeug.wrappers import Response

from idp.account.listing import listed
from idp.account.pages import PATH, changed, make_blueprint, page, sessions_to_offer
from idp.audit import Event
from idp.authentication.entry import enter, enter_to_change, offered_methods
from idp.authentication.method import Away, Enrolment, Method, Owner, Refusal, write_down
from idp.authentication.methods import METHODS
from idp.authentication.methods.e_signature.pages import as_file
from idp.authentication.policy import reachable_levels
from idp.citizens import children
from idp.consent import signed
from idp.pages import current_realm
from idp.pages.access import Access, open_to
from idp.protocol.vocabulary import LEVELS
from idp.realm import Realm
from idp.tombstones import Buried, bury

MAX_NAME_LENGTH = 60
blueprint = make_blueprint("account")


@blueprint.get("")
@open_to(Access.CITIZEN)
def profile() -> str:
    """Who the person is here."""
    realm = current_realm()
    owner = enter(realm, PATH)
    with realm.database.read() as connection:
        listed_children = children.of_parent(realm, connection, owner.person.id)
        others = sessions_to_offer(realm, connection, owner)
    return page("account/profile.html", owner, "profile", children=listed_children, other_sessions=others)


@blueprint.get("/security")
@open_to(Access.CITIZEN)
def security() -> str:
    """What the person signs in with."""
    realm = current_realm()
    owner = enter(realm, f"{PATH}/security")
    with realm.database.read() as connection:
        shown = listed(realm, connection, owner, "security")
        offered = offered_methods(realm, connection, owner.person)
        others = sessions_to_offer(realm, connection, owner)
    return page(
        "account/security.html",
        owner,
        "security",
        listed=shown,
        always=[method for method in offered if method.enrolment is None],
        other_sessions=others,
        guard=LEVELS.index(reachable_levels(offered)[-1]) + 1,
        has_spare=len([method for method in offered if method.kind == "possession" and method.level != "high"]) > 1,
    )


@blueprint.get("/documents/signed/<signed_id>/<name>")
@open_to(Access.CITIZEN)
def signed_consent(signed_id: str, name: str) -> Response:
    """The text of a signed consent or the signature over it, byte for byte, to whoever signed it."""
    realm = current_realm()
    owner = enter(realm, f"{PATH}/documents")
    with realm.database.read() as connection:
        kept = signed.find(realm, connection, owner.person.id, signed_id) or abort(404)
    files = {"text.txt": (kept.text, "text/plain; charset=utf-8"), "text.p7s": (kept.signature, "application/pkcs7-signature")}
    content, media_type = files.get(name) or abort(404)
    return as_file(content, name, media_type)


@blueprint.get("/<section>/<name>/add")
@open_to(Access.CITIZEN_AFRESH)
def show_adding(section: str, name: str) -> str | Response | tuple[str, int]:
    """The page where one is added."""
    realm = current_realm()
    method, enrolment = _enrolment(realm, section, name)
    owner = enter_to_change(realm, f"{PATH}/{section}/{name}/add")
    _demand_room(realm, enrolment, owner)
    try:
        enrolment.begin(realm, owner)
    except Refusal as refusal:
        return _adding(realm, method, enrolment, owner, refusal), refusal.status
    return _adding(realm, method, enrolment, owner)


@blueprint.post("/<section>/<name>/add")
@open_to(Access.CITIZEN_AFRESH)
def add(section: str, name: str) -> Response | tuple[str, int]:
    """Judge the answer and keep what was added."""
    realm = current_realm()
    method, enrolment = _enrolment(realm, section, name)
    return _add(realm, method, enrolment, request.form.to_dict())


@blueprint.get("/back/<name>")
@open_to(Access.CITIZEN)
def back(name: str) -> Response | tuple[str, int]:
    """Somebody comes back from where they proved what is to be added; in this session, or nothing is."""
    realm = current_realm()
    method, enrolment = _enrolment(realm, None, name)
    arguments = request.args.to_dict()
    owner = enter(realm, f"{PATH}/{enrolment.section}")
    with realm.database.read() as connection:
        if enrolment.owner_of(realm, connection, arguments) != owner.session.sid:
            abort(404)
    return _add(realm, method, enrolment, arguments)


@blueprint.post("/<section>/<name>/<enrolled_id>/rename")
@open_to(Access.CITIZEN_AFRESH)
def rename(section: str, name: str, enrolled_id: str) -> Response:
    """Call one of them otherwise."""
    realm = current_realm()
    method, enrolment = _enrolment(realm, section, name)
    owner = enter_to_change(realm, f"{PATH}/{section}")
    wanted = "".join(each for each in request.form.get("name", "") if each.isprintable()).strip()[:MAX_NAME_LENGTH]
    if wanted:
        with realm.database.write() as connection:
            if not (enrolment.can_rename and enrolment.rename(realm, connection, owner, enrolled_id, wanted)):
                abort(404)
            write_down(realm, connection, owner, method.name, Event.METHOD_CHANGED)
    return redirect(f"{PATH}/{section}", 303)


@blueprint.post("/<section>/<name>/<enrolled_id>/remove")
@open_to(Access.CITIZEN_AFRESH)
def remove(section: str, name: str, enrolled_id: str) -> Response:
    """Take one of them away."""
    realm = current_realm()
    method, enrolment = _enrolment(realm, section, name)
    owner = enter_to_change(realm, f"{PATH}/{section}")
    with realm.database.write() as connection:
        if not (enrolment.can_remove and enrolment.remove(realm, connection, owner, enrolled_id)):
            abort(404)
        write_down(realm, connection, owner, method.name, Event.METHOD_REMOVED)
        bury(realm, connection, Buried.METHOD, owner.person.id, method.name, enrolled_id)
    return changed(realm, owner, f"{PATH}/{section}")


def _add(realm: Realm, method: Method, enrolment: Enrolment, given: dict[str, str]) -> Response | tuple[str, int]:
    section = enrolment.section
    owner = enter_to_change(realm, f"{PATH}/{section}/{method.name}/add")
    _demand_room(realm, enrolment, owner)
    try:
        away = enrolment.finish(realm, owner, given)
    except Refusal as refusal:
        return _adding(realm, method, enrolment, owner, refusal), refusal.status
    if isinstance(away, Away):
        return redirect(away.address, 303)
    return changed(realm, owner, f"{PATH}/{section}")


def _enrolment(realm: Realm, section: str | None, name: str) -> tuple[Method, Enrolment]:
    method = next((method for method in METHODS if method.name == name), None)
    if method is None or method.enrolment is None or section not in (None, method.enrolment.section):
        abort(404)
    if method.why_shut(realm) is not None:
        abort(404)
    return method, method.enrolment


def _demand_room(realm: Realm, enrolment: Enrolment, owner: Owner) -> None:
    with realm.database.read() as connection:
        if not enrolment.can_add(realm, connection, owner.person):
            abort(404)


def _adding(realm: Realm, method: Method, enrolment: Enrolment, owner: Owner, refusal: Refusal | None = None) -> str:
    with realm.database.read() as connection:
        described = enrolment.describe(realm, connection, owner)
    return page(
        enrolment.template,
        owner,
        enrolment.section,
        method=method,
        address=f"{PATH}/{enrolment.section}/{method.name}/add",
        error=refusal.text if refusal else None,
        reason=refusal.reason if refusal else None,
        **(described | ({"field": None} | refusal.detail if refusal else {"field": None})),
    )
