"""The page of access. Whatever is changed holds from the next request of the other side on."""

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from ground.web.language import lazy_gettext
from rp.access.current import current_principal
from rp.access.guard import guarded
from rp.access.policy import Operation, is_allowed
from rp.database import db
from rp.organisations.directory import find_organisation, organisations_of_kinds
from rp.patients.confirmation import is_confirmed
from rp.patients.directory import find_patient
from rp.realm import current_realm
from rp.relations.hiding import Group, hidden_groups, hide_groups
from rp.relations.partners import consents_of, give_consent, withdraw_consent
from rp.relations.relation import relations_of

ADDRESS = "/sharing"
PARTNER = "partner"
TITLES = {
    Group.VACCINATIONS: lazy_gettext("Прививки"),
    Group.TESTS: lazy_gettext("ПЦР и экспресс-тесты"),
    Group.ANTIBODIES: lazy_gettext("Антитела"),
    Group.CASES: lazy_gettext("Случаи болезни"),
    Group.MEASURES: lazy_gettext("Профилактические меры"),
}
SAID = {"insurers", "given", "withdrawn"}
"""What the page may be told to say has been done."""

blueprint = Blueprint("sharing", __name__, url_prefix=ADDRESS)


@blueprint.get("")
@guarded(Operation.MANAGE_SHARING)
def sharing() -> str:
    """What is shown to whom now."""
    realm, owner = current_realm(), current_principal().patient_id
    connection = db.session.connection()
    said = request.args.get("done")
    shown = {"is_registered": owner is not None, "said": said if said in SAID else None}
    if owner is None:
        return render_template("sharing/page.html", **shown)
    _check(owner)
    patient = find_patient(connection, realm, owner)
    hidden, consents = hidden_groups(connection, owner), consents_of(connection, owner)
    insurer = find_organisation(connection, patient.insurer_id) if patient and patient.insurer_id else None
    return render_template(
        "sharing/page.html",
        **shown,
        insurer=insurer,
        is_confirmed=is_confirmed(connection, owner),
        groups=[(group, str(title), group not in hidden) for group, title in TITLES.items()],
        partners=[(partner, consents.get(partner.id)) for partner in organisations_of_kinds(connection, (PARTNER,))],
    )


@blueprint.post("/insurers")
@guarded(Operation.MANAGE_SHARING)
def change_insurers() -> WerkzeugResponse:
    """Take the ticks of the form: what is not ticked is hidden."""
    realm, owner = current_realm(), _owner()
    shown = {group for group in Group if request.form.get(f"shown-{group}") == "1"}
    with realm.database.write() as connection:
        hide_groups(connection, realm, patient_id=owner, groups=set(Group) - shown, actor=current_principal().actor)
    return _back("insurers")


@blueprint.post("/partners/<organisation_id>/give")
@guarded(Operation.MANAGE_SHARING)
def give(organisation_id: str) -> WerkzeugResponse:
    """Let a partner read."""
    realm, owner = current_realm(), _owner()
    with realm.database.write() as connection:
        partner = find_organisation(connection, organisation_id) if len(organisation_id) <= 36 else None
        if partner is None or partner.kind != PARTNER:
            abort(404)
        give_consent(connection, realm, patient_id=owner, organisation_id=partner.id, actor=current_principal().actor)
    return _back("given")


@blueprint.post("/partners/<organisation_id>/withdraw")
@guarded(Operation.MANAGE_SHARING)
def withdraw(organisation_id: str) -> WerkzeugResponse:
    """Shut a partner out. Whoever is shut out already stays so."""
    realm, owner = current_realm(), _owner()
    with realm.database.write() as connection:
        actor = current_principal().actor
        withdraw_consent(connection, realm, patient_id=owner, organisation_id=organisation_id[:36], actor=actor)
    return _back("withdrawn")


def _owner() -> str:
    """The patient whose form was sent. Whoever is in no register has nothing to share."""
    owner = current_principal().patient_id
    if owner is None:
        abort(404)
    _check(owner)
    db.session.rollback()
    return owner


def _check(owner: str) -> None:
    principal = current_principal()
    relations = relations_of(db.session.connection(), principal, owner)
    if not is_allowed(principal, Operation.MANAGE_SHARING, relations=relations):
        abort(404)


def _back(done: str) -> WerkzeugResponse:
    return redirect(f"{ADDRESS}?done={done}", 303)
