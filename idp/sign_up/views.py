"""The pages of signing up: the form, the codes, and the account that came of it."""

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from ground.web.cookies import browser_binding
from ground.web.errors import PageProblem
from ground.web.language import gettext as _
from idp.authentication.methods.one_time_code import codes
from idp.authentication.methods.one_time_code.words import asked_code, wait_text, wrong_text
from idp.authentication.methods.password.store import checker
from idp.citizens.directory import CitizenExists
from idp.pages import current_realm
from idp.pages.access import Access, open_to
from idp.pages.return_path import own_path
from idp.realm import Realm
from idp.sign_up import registration as registrations
from idp.sign_up.form import Wanted, judge, kept
from idp.sign_up.registration import RegistrationGone, Waiting
from idp.throttling import addresses

PATH = "/register"
blueprint = Blueprint("sign_up", __name__, url_prefix=PATH)


@blueprint.get("")
@open_to(Access.ANYBODY)
def show_form() -> str:
    """The form, empty."""
    return _form(kept({}), {}, own_path(request.args.get("return", "")))


@blueprint.post("")
@open_to(Access.ANYBODY)
def register() -> Response | tuple[str, int]:
    """Judge the form and send the codes. The answer is the same whether there is such an account or not."""
    realm, form = current_realm(), request.form.to_dict()
    return_path = own_path(form.get("return", ""))
    good, errors = judge(form)
    if errors:
        return _form(kept(form), errors, return_path), 400
    address = request.remote_addr or ""
    if addresses.has_sent_too_often(realm, address):
        raise _too_often()
    wanted = Wanted(
        family_name=good["family_name"],
        given_name=good["given_name"],
        middle_name=good.get("middle_name"),
        phone=good.get("phone"),
        email=good.get("email"),
        password_hash=checker(realm).hash(form["new-password"]),
        return_path=return_path,
    )
    with realm.database.write() as connection:
        registration_id = registrations.begin(realm, connection, wanted, browser=browser_binding(), remote_address=address)
    return redirect(f"{PATH}/{registration_id}", 303)


@blueprint.get("/<registration_id>")
@open_to(Access.BROWSER)
def show_codes(registration_id: str) -> str:
    """Where the codes are typed, or, once the account exists, the way to sign in to it."""
    realm = current_realm()
    with realm.database.read() as connection:
        registration = _find(realm, connection, registration_id)
    if registration.is_finished:
        return render_template("sign_up/done.html", return_path=registration.wanted.return_path)
    return _codes(realm, registration_id, {})


@blueprint.post("/<registration_id>")
@open_to(Access.BROWSER)
def finish(registration_id: str) -> Response | tuple[str, int]:
    """Judge the codes; with the last right one there is an account."""
    realm, address = current_realm(), f"{PATH}/{registration_id}"
    with realm.database.write() as connection:
        registration = _find(realm, connection, registration_id, held=True)
        if registration.is_finished:
            return redirect(address, 303)
        errors = _judge(realm, connection, registration)
        is_there = not errors and not _is_finished(realm, connection, registration_id)
    if errors:
        return _codes(realm, registration_id, errors), 400
    if is_there:
        raise _is_there_already()
    return redirect(address, 303)


@blueprint.post("/<registration_id>/<channel>/again")
@open_to(Access.BROWSER)
def again(registration_id: str, channel: str) -> Response | tuple[str, int]:
    """Send another code, which kills the old one."""
    realm, wait = current_realm(), 0
    with realm.database.write() as connection:
        registration = _find(realm, connection, registration_id, held=True)
        to = next((to for to in registration.unproved if to.channel.name == channel), None)
        if to is not None and not registration.is_finished:
            wait = registrations.send(realm, connection, to, remote_address=request.remote_addr or "")
    if wait:
        return _codes(realm, registration_id, {channel: wait_text(wait)}), 429
    return redirect(f"{PATH}/{registration_id}", 303)


def _judge(realm: Realm, connection: Connection, registration: Waiting) -> dict[str, str]:
    """What is wrong with the codes that were typed, by name of the channel. What cannot be a code is no try."""
    typed = {to.channel.name: request.form.get(to.channel.name, "").strip() for to in registration.unproved}
    given = {name: code for name, code in typed.items() if codes.is_code(code)}
    outcomes = registrations.answer(realm, connection, registration, given)
    errors = {name: wrong_text("malformed") for name in typed.keys() - given.keys()}
    return errors | {name: wrong_text(each.reason, each.tries_left) for name, each in outcomes.items() if each.reason}


def _is_finished(realm: Realm, connection: Connection, registration_id: str) -> bool:
    """Make the account. False where an address is somebody's by now."""
    registration = _find(realm, connection, registration_id)
    try:
        registrations.finish(realm, connection, registration)
    except CitizenExists:
        registrations.give_up(realm, connection, registration)
        return False
    return True


def _form(values: dict[str, str], errors: dict[str, str], return_path: str) -> str:
    return render_template("sign_up/form.html", values=values, errors=errors, return_path=return_path)


def _codes(realm: Realm, registration_id: str, errors: Mapping[str, str]) -> str:
    with realm.database.read() as connection:
        registration = _find(realm, connection, registration_id)
        asked = [asked_code(realm, connection, to, errors.get(to.channel.name)) for to in registration.unproved]
    return render_template("sign_up/codes.html", asked=asked, address=f"{PATH}/{registration_id}")


def _find(realm: Realm, connection: Connection, registration_id: str, *, held: bool = False) -> Waiting:
    try:
        return registrations.find(realm, connection, registration_id, browser=browser_binding(), held=held)
    except RegistrationGone:
        raise PageProblem(
            status=404,
            title=_("Эта регистрация закончилась"),
            lead=_("Она начата в другом браузере или ждала дольше получаса."),
            actions=((_("Начать сначала"), PATH),),
            code="registration_gone",
            cause="no such registration in this browser, or it is older than half an hour",
        ) from None


def _too_often() -> PageProblem:
    return PageProblem(
        status=429,
        title=_("Слишком много регистраций"),
        lead=_("С этого адреса за последний час слишком часто отправляли коды. Подождите час."),
        code="slow_down",
        cause="the address has had all its messages of this hour (messages_per_address)",
    )


def _is_there_already() -> PageProblem:
    """What is told to somebody who has just shown that the address is theirs."""
    return PageProblem(
        status=409,
        title=_("Такая запись уже есть"),
        lead=_("Пока вы вводили код, с этим телефоном или почтой завели учётную запись."),
        actions=((_("Войти"), "/account"), (_("Восстановление доступа"), "/recovery")),
        code="citizen_exists",
        cause="another registration with the same address was finished first",
    )
