"""The pages of «Близкие». They are the signed-in person's own, also while that person acts for another."""

from flask import Blueprint, Response, abort, redirect, render_template, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response as WerkzeugResponse

from ground.web.errors import PageProblem
from ground.web.language import gettext as _
from rp.access.current import require_session
from rp.access.guard import guarded
from rp.access.policy import Operation
from rp.access.session import Session
from rp.cabinet.family.forms import refused, trust_form
from rp.realm import Realm, current_realm
from rp.relations import acting
from rp.relations.ends import Kind, last_day_as_child
from rp.relations.representations import GrantRefused, Representation, given_by, grant, held_by, today, withdraw

blueprint = Blueprint("family", __name__, url_prefix="/family")


@blueprint.get("")
@guarded(Operation.MANAGE_FAMILY)
def family() -> str:
    """For whom one speaks, and who speaks for oneself."""
    realm, session = current_realm(), require_session()
    own = session.own_patient_id
    with realm.database.read() as connection:
        held = held_by(connection, realm, own) if own else ()
        given = given_by(connection, realm, own) if own else ()
    return render_template(
        "family/page.html",
        is_registered=own is not None,
        held=held,
        given=given,
        acting_for=session.acting_for,
        last_day_as_child=last_day_as_child,
    )


@blueprint.post("/act")
@guarded(Operation.MANAGE_FAMILY)
def act() -> WerkzeugResponse:
    """Look at the records of somebody for whom one speaks."""
    realm, session = current_realm(), require_session()
    with realm.database.write() as connection:
        representation = _named(held_by(connection, realm, _own(session)), request.form.get("representation", ""))
        acting.begin(connection, realm, session, representation)
    return redirect("/", 303)


@blueprint.post("/own")
@guarded(Operation.MANAGE_FAMILY)
def own_again() -> WerkzeugResponse:
    """Go back to one's own records."""
    realm, session = current_realm(), require_session()
    with realm.database.write() as connection:
        acting.end(connection, realm, session)
    return redirect("/", 303)


@blueprint.route("/trust", methods=["GET", "POST"])
@guarded(Operation.MANAGE_FAMILY)
def trust() -> str | WerkzeugResponse:
    """Let somebody speak for oneself."""
    realm, session = current_realm(), require_session()
    own, form = _own(session), trust_form(today(realm))
    if request.method == "GET":
        return render_template("family/trust.html", form=form, read=form.empty())
    read = form.read(request.form)
    if read.is_valid:
        try:
            with realm.database.write() as connection:
                grant(connection, realm, kind=Kind.ADULT, represented_id=own, actor=session.actor, **read.values)
            return redirect("/family", 303)
        except GrantRefused as refusal:
            read = refused(read, refusal)
    return Response(render_template("family/trust.html", form=form, read=read), 422)


@blueprint.route("/<representation_id>/end", methods=["GET", "POST"])
@guarded(Operation.MANAGE_FAMILY)
def end(representation_id: str) -> str | WerkzeugResponse:
    """Withdraw what one granted, or give up what one was granted."""
    realm, session = current_realm(), require_session()
    own = _own(session)
    with realm.database.read() as connection:
        representation, is_held = _endable(connection, realm, own, representation_id)
    if request.method == "GET":
        return render_template("family/end.html", representation=representation, **_words(representation, is_held=is_held))
    with realm.database.write() as connection:
        withdraw(connection, realm, representation, by=session.actor)
        if session.acting_for == representation.represented_id:
            acting.end(connection, realm, session)
    return redirect("/family", 303)


def _own(session: Session) -> str:
    """Who is signed in, as a patient. Raises PageProblem for whom the register does not know."""
    if session.own_patient_id is None:
        raise PageProblem(
            status=403,
            title=_("Вас нет в регистре"),
            lead=_("Доверять и действовать за других могут те, чьи записи здесь есть."),
            actions=((_("Мои записи"), "/"),),
        )
    return session.own_patient_id


def _named(representations: tuple[Representation, ...], identifier: str) -> Representation:
    """One of them, or the 404 that every other text gets."""
    return next((one for one in representations if one.id == identifier), None) or abort(404)


def _endable(connection: Connection, realm: Realm, own: str, identifier: str) -> tuple[Representation, bool]:
    """What the person may end, and whether they hold it. A child cannot dismiss its parents."""
    held = held_by(connection, realm, own)
    given = tuple(one for one in given_by(connection, realm, own) if not one.is_of_child)
    found = _named((*held, *given), identifier)
    return found, found in held


def _words(representation: Representation, *, is_held: bool) -> dict[str, str]:
    if is_held:
        return {
            "title": _("Отказаться действовать за другого"),
            "lead": _(
                "%(name)s: вы больше не сможете открыть эти записи. Вернуть это может только новое доверие или заявление.",
                name=representation.represented.full_name,
            ),
            "button": _("Отказаться"),
        }
    return {
        "title": _("Отозвать доверие"),
        "lead": _("%(name)s больше не откроет ваши записи, начиная со следующей страницы.", name=representation.label),
        "button": _("Отозвать"),
    }
