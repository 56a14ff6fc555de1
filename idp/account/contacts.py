"""Telephone and mail at the account: changing them, and confirming them by a code."""

from flask import abort, redirect, request
from werkzeug.wrappers import Response

from ground.web.language import gettext as _
from idp.account import confirmation
from idp.account.confirmation import CONTACTS, Contact
from idp.account.pages import PATH, changed, make_blueprint, page
from idp.authentication.entry import enter, enter_to_change
from idp.authentication.method import Owner
from idp.authentication.methods.one_time_code import codes
from idp.authentication.methods.one_time_code.words import asked_code, wait_text, wrong_text
from idp.citizens import identifiers
from idp.citizens.identifiers import IdentifierMalformed
from idp.pages import current_realm
from idp.pages.access import Access, open_to
from idp.realm import Realm

CONTACTS_PATH = f"{PATH}/contacts"
blueprint = make_blueprint("contacts")


@blueprint.get("/contacts/<name>")
@open_to(Access.CITIZEN_AFRESH)
def show_change(name: str) -> str:
    """Where another one is typed; the field holds the one of now."""
    contact = _contact(name)
    owner = enter_to_change(current_realm(), f"{CONTACTS_PATH}/{name}")
    return _change(owner, contact, _shown(contact, contact.of(owner.person) or ""))


@blueprint.post("/contacts/<name>")
@open_to(Access.CITIZEN_AFRESH)
def change(name: str) -> Response | tuple[str, int]:
    """Judge what was typed, and send a code there. Nothing is changed before it comes back."""
    realm, contact = current_realm(), _contact(name)
    owner = enter_to_change(realm, f"{CONTACTS_PATH}/{name}")
    typed = request.form.get(name, "")
    try:
        address = identifiers.phone(typed.strip()) if name == "phone" else identifiers.email(typed.strip())
    except IdentifierMalformed:
        error = _("Нужен номер в виде +7 XXXXXXXXXX.") if name == "phone" else _("Это не похоже на адрес почты.")
        return _change(owner, contact, typed[:254], error), 400
    if address == contact.of(owner.person) and contact.is_verified(owner.person):
        error = _("Этот номер уже подтверждён.") if name == "phone" else _("Эта почта уже подтверждена.")
        return _change(owner, contact, typed, error), 400
    return _begin(realm, owner, contact, address)


@blueprint.post("/contacts/<name>/confirm")
@open_to(Access.CITIZEN)
def confirm(name: str) -> Response | tuple[str, int]:
    """«Подтвердить номер»: send a code to the one that stands in the account."""
    realm, contact = current_realm(), _contact(name)
    owner = enter(realm, f"{PATH}/security")
    address = contact.of(owner.person)
    if address is None or contact.is_verified(owner.person):
        return redirect(f"{PATH}/security", 303)
    return _begin(realm, owner, contact, address)


@blueprint.get("/contacts/<name>/code")
@open_to(Access.CITIZEN)
def show_code(name: str) -> str | Response:
    """Where the code is typed."""
    realm, contact = current_realm(), _contact(name)
    owner = enter(realm, f"{CONTACTS_PATH}/{name}/code")
    return _code(realm, owner, contact) or redirect(f"{PATH}/security", 303)


@blueprint.post("/contacts/<name>/code")
@open_to(Access.CITIZEN)
def finish(name: str) -> Response | tuple[str, int]:
    """Judge the code."""
    realm, contact = current_realm(), _contact(name)
    owner = enter(realm, f"{CONTACTS_PATH}/{name}/code")
    code = request.form.get("code", "").strip()
    if not codes.is_code(code):
        return _refused(realm, owner, contact, wrong_text("malformed"))
    with realm.database.write() as connection:
        outcome = confirmation.finish(realm, connection, owner, contact, code)
    if outcome.reason is not None:
        return _refused(realm, owner, contact, wrong_text(outcome.reason, outcome.tries_left))
    return changed(realm, owner, PATH)


@blueprint.post("/contacts/<name>/again")
@open_to(Access.CITIZEN)
def again(name: str) -> Response | tuple[str, int]:
    """Send another code, which kills the old one."""
    realm, contact, wait = current_realm(), _contact(name), 0
    owner = enter(realm, f"{CONTACTS_PATH}/{name}/code")
    with realm.database.write() as connection:
        to = confirmation.waiting(realm, connection, owner, contact)
        if to is not None:
            wait = confirmation.send(realm, connection, to)
    if wait:
        return _refused(realm, owner, contact, wait_text(wait), status=429)
    return redirect(f"{CONTACTS_PATH}/{name}/code", 303)


def _contact(name: str) -> Contact:
    return CONTACTS.get(name) or abort(404)


def _shown(contact: Contact, address: str) -> str:
    return identifiers.spaced_phone(address) or "" if contact.name == "phone" else address


def _begin(realm: Realm, owner: Owner, contact: Contact, address: str) -> Response | tuple[str, int]:
    with realm.database.write() as connection:
        wait = confirmation.begin(realm, connection, owner, contact, address)
    if wait:
        return _refused(realm, owner, contact, wait_text(wait), status=429)
    return redirect(f"{CONTACTS_PATH}/{contact.name}/code", 303)


def _refused(realm: Realm, owner: Owner, contact: Contact, error: str, *, status: int = 400) -> Response | tuple[str, int]:
    shown = _code(realm, owner, contact, error)
    return (shown, status) if shown is not None else redirect(f"{PATH}/security", 303)


def _code(realm: Realm, owner: Owner, contact: Contact, error: str | None = None) -> str | None:
    """The page where the code is typed; None where no address waits for one."""
    with realm.database.read() as connection:
        to = confirmation.waiting(realm, connection, owner, contact)
        asked = asked_code(realm, connection, to, error) if to is not None else None
    if to is None or asked is None:
        return None
    shown = _shown(contact, to.address)  # they have typed it themselves
    return page(
        "account/contact_code.html", owner, "security", name=contact.name, asked=asked | {"address": shown}, path=CONTACTS_PATH
    )


def _change(owner: Owner, contact: Contact, value: str, error: str | None = None) -> str:
    return page("account/contact.html", owner, "security", name=contact.name, value=value, error=error, path=CONTACTS_PATH)
