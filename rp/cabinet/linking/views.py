"""The pages of the form. Everything on them works without the script, which only tells about a wrong field sooner."""

import orjson
from flask import Blueprint, Response, abort, redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from ground.web.language import gettext as _
from ground.web.language import local_moment
from rp.access.current import require_session
from rp.access.guard import guarded
from rp.access.policy import Operation
from rp.access.session import Session
from rp.cabinet.linking.codes import TooSoon, newest_code, send_code
from rp.cabinet.linking.finding import Outcome, Typed, find_own_records
from rp.cabinet.linking.form import linking_form
from rp.forms.form import Form, FormRead
from rp.forms.formats import read_phone
from rp.realm import Realm, current_realm

blueprint = Blueprint("linking", __name__)


@blueprint.get("/linking")
@guarded(Operation.CONFIRM_IDENTITY)
def show() -> str | WerkzeugResponse:
    """The form, with the contacts that the provider knows; who is in the register already needs none."""
    realm, session = current_realm(), require_session()
    if session.patient_id is not None:
        return redirect("/", 303)
    texts = {"phone": session.claims.get("phone_number") or "", "email": session.claims.get("email") or ""}
    form = _form(realm)
    return _page(realm, session, form, form.empty(**texts))


@blueprint.post("/linking")
@guarded(Operation.CONFIRM_IDENTITY)
def send() -> WerkzeugResponse | tuple[str, int]:
    """«Отправить», or «Получить код» to the telephone of the form. Nothing that was typed is lost."""
    realm, session = current_realm(), require_session()
    if session.patient_id is not None:
        return redirect("/", 303)
    form = _form(realm)
    if request.form.get("action") == "code":
        return _send_code(realm, session, form)
    read = form.read(request.form)
    if not read.is_valid:
        return _page(realm, session, form, read), 422
    outcome = find_own_records(realm, session, Typed(**read.values))
    if outcome.kind == "linked":
        return redirect("/", 303)
    if outcome.kind == "code":
        return _page(realm, session, form, read.with_errors({"code": outcome.code_error})), 422
    return _page(realm, session, form, read, outcome=outcome), 429 if outcome.kind == "too_often" else 422


@blueprint.post("/linking/check")
@guarded(Operation.CONFIRM_IDENTITY)
def check() -> Response:
    """What is wrong with one field, for the script: `{"error": null}` or a sentence. The form is judged again when it is sent."""
    try:
        error = _form(current_realm()).read_one(request.form.get("field", ""), request.form.get("value", ""))
    except KeyError:
        abort(404)
    return Response(orjson.dumps({"error": error}), mimetype="application/json")


def _send_code(realm: Realm, session: Session, form: Form) -> tuple[str, int]:
    """Only the telephone is judged: the rest may still be empty."""
    texts = form.empty(**{name: request.form.get(name, "") for name in ("inn", "birth_date", "phone", "email")})
    wrong = form.read_one("phone", texts.texts["phone"])
    if wrong is not None:
        return _page(realm, session, form, texts.with_errors({"phone": wrong})), 422
    try:
        with realm.database.write() as connection:
            send_code(connection, realm, session, read_phone(texts.texts["phone"]))
    except TooSoon as refusal:
        return _page(realm, session, form, texts.with_errors({"code": refusal.message})), 429
    return _page(realm, session, form, texts, is_sent=True), 200


def _form(realm: Realm) -> Form:
    return linking_form(today=local_moment(realm.clock.now()).date(), checks_inn=realm.settings.checks_inn)


def _page(
    realm: Realm, session: Session, form: Form, read: FormRead, *, outcome: Outcome | None = None, is_sent: bool = False
) -> str:
    with realm.database.read() as connection:
        code = newest_code(connection, realm, session)
    refusal = None
    if outcome is not None:
        refusal = (
            _("Попыток было слишком много. Попробуйте через час.")
            if outcome.kind == "too_often"
            else _("По этим данным мы никого не нашли. Проверьте, что ввели, или обратитесь в свою поликлинику.")
        )
    return render_template("linking/form.html", form=form, read=read, refusal=refusal, code=code, is_sent=is_sent)
