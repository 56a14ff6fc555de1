"""The first sign-in of somebody who signed up: their passport is asked for, once, on the way to what they signed in for.

signed in ──▶ asked ──saved, or put off──▶ on the way; never asked again (what was put off is in «Документы»)
"""

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from idp.account import passport
from idp.account.pages import make_blueprint
from idp.authentication.entry import FIRST_SIGN_IN, enter
from idp.authentication.method import Owner
from idp.citizens import directory
from idp.pages import current_realm
from idp.pages.access import Access, open_to
from idp.pages.return_path import own_path

blueprint = make_blueprint("first_sign_in")
PATH = FIRST_SIGN_IN.removeprefix("/account")


@blueprint.get(PATH)
@open_to(Access.CITIZEN)
def show() -> str | Response:
    """The form, empty."""
    owner = enter(current_realm(), FIRST_SIGN_IN)
    return_path = own_path(request.args.get("return", ""))
    return _page(owner, return_path, {}, {}) if owner.person.is_newcomer else redirect(return_path, 303)


@blueprint.post(PATH)
@open_to(Access.CITIZEN)
def answer() -> Response | tuple[str, int]:
    """Judge and store the passport, or put it off."""
    realm = current_realm()
    owner = enter(realm, FIRST_SIGN_IN)
    person, form = owner.person, request.form.to_dict()
    return_path = own_path(form.get("return", ""))
    if not person.is_newcomer:
        return redirect(return_path, 303)
    if form.get("answer") == "later":
        with realm.database.write() as connection:
            directory.note_first_sign_in(realm, connection, person.id)
        return redirect(return_path, 303)
    good, errors = passport.judge(realm, person, form)
    if errors:
        return _page(owner, return_path, form, errors), 400
    with realm.database.write() as connection:
        refused = passport.save(realm, connection, person, good, actor=f"citizen:{person.id}")
        if refused is None:
            directory.note_first_sign_in(realm, connection, person.id)
    if refused is not None:
        return _page(owner, return_path, form, {}, passport.refusal_text(refused)), 400
    return redirect(return_path, 303)


def _page(owner: Owner, return_path: str, values: dict[str, str], errors: dict[str, str], refusal: str | None = None) -> str:
    return render_template(
        "account/first_sign_in.html",
        person=owner.person,
        asked=passport.asked_fields(owner.person),
        values=values,
        errors=errors,
        refusal=refusal,
        return_path=return_path,
    )
