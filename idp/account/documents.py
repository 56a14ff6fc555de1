"""«Документы»: passport and bank, the ways to prove who one is, and where a passport is entered."""

from collections.abc import Mapping

from flask import redirect, request
from werkzeug.wrappers import Response

from ground.web.language import gettext as _
from idp.account import passport
from idp.account.listing import listed
from idp.account.pages import PATH, make_blueprint, page, sessions_to_offer
from idp.authentication.entry import enter, enter_to_change
from idp.authentication.method import Owner
from idp.authentication.methods.e_signature.method import SignatureMethod
from idp.authority.judging import is_anybody_trusted
from idp.citizens.models import PersonalData
from idp.consent import signed
from idp.pages import current_realm
from idp.pages.access import Access, open_to

DOCUMENTS = f"{PATH}/documents"
blueprint = make_blueprint("documents")


@blueprint.get("/documents")
@open_to(Access.CITIZEN)
def documents() -> str:
    """The documents of the person, and the banks that vouch for them."""
    realm = current_realm()
    owner = enter(realm, DOCUMENTS)
    with realm.database.read() as connection:
        shown = listed(realm, connection, owner, "documents")
        kept = signed.of_person(realm, connection, owner.person.id)
        others = sessions_to_offer(realm, connection, owner)
    data = owner.person.data
    return page(
        "account/documents.html",
        owner,
        "documents",
        listed=shown,
        papers=_papers(data),
        has_any=data.has_passport or any(each.items for each in shown),
        can_sign=is_anybody_trusted(realm) and realm.settings.has_method(SignatureMethod.name),
        signed_consents=kept,
        other_sessions=others,
    )


@blueprint.get("/documents/passport")
@open_to(Access.CITIZEN_AFRESH)
def show_passport() -> str:
    """Where a passport is entered: the first, or the one after it."""
    return _passport(enter_to_change(current_realm(), f"{DOCUMENTS}/passport"), {}, {})


@blueprint.post("/documents/passport")
@open_to(Access.CITIZEN_AFRESH)
def save_passport() -> Response | tuple[str, int]:
    """Judge what was typed, check it, and keep it."""
    realm, form = current_realm(), request.form.to_dict()
    owner = enter_to_change(realm, f"{DOCUMENTS}/passport")
    good, errors = passport.judge(realm, owner.person, form)
    if errors:
        return _passport(owner, form, errors), 400
    with realm.database.write() as connection:
        refused = passport.save(realm, connection, owner.person, good, actor=f"citizen:{owner.person.id}")
    if refused is not None:
        return _passport(owner, form, {}, passport.refusal_text(refused)), 400
    return redirect(DOCUMENTS, 303)


def _passport(owner: Owner, values: Mapping[str, str], errors: Mapping[str, str], refusal: str | None = None) -> str:
    return page(
        "account/passport.html",
        owner,
        "documents",
        asked=passport.asked_fields(owner.person),
        values=values,
        errors=errors,
        refusal=refusal,
    )


def _papers(data: PersonalData) -> list[tuple[str, str]]:
    """Documents as the page shows them: enough to know them by, not enough to copy."""
    papers = ((_("Паспорт РФ"), passport.masked(data)), (_("СНИЛС"), data.snils), (_("ИНН"), data.inn))
    return [(name, number) for name, number in papers if number]
