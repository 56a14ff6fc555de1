"""The page of the terms: what the register keeps, who sees it, and the consent without which the cabinet stays shut."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ground.web.language import gettext as _
from rp.access.current import require_session
from rp.access.guard import guarded
from rp.access.policy import Operation
from rp.access.where import safe_path
from rp.cabinet.terms.acceptance import accept, accepted_at
from rp.cabinet.terms.gate import TermsNeeded
from rp.realm import current_realm

blueprint = Blueprint("terms", __name__)


@blueprint.get("/terms")
@guarded(Operation.COME_AND_GO)
def show() -> str:
    """The terms; who agreed to them already reads when."""
    return _page(safe_path(request.args.get("next", "/")))


@blueprint.post("/terms")
@guarded(Operation.COME_AND_GO)
def agree() -> Response | tuple[str, int]:
    """The consent, or the same page with an error."""
    realm, session = current_realm(), require_session()
    return_path = safe_path(request.form.get("next", "/"))
    if request.form.get("agree") != "1":
        return _page(return_path, error=_("Отметьте согласие: без него кабинет не откроется.")), 422
    with realm.database.write() as connection:
        accept(connection, realm, session)
    return redirect(return_path, 303)


def lead_to_terms(needed: TermsNeeded) -> Response:
    """Where the gate sends people."""
    return redirect(url_for("terms.show", next=needed.return_path), 303)


def _page(return_path: str, *, error: str | None = None) -> str:
    realm, session = current_realm(), require_session()
    with realm.database.read() as connection:
        agreed_at = accepted_at(connection, realm, session)
    return render_template(
        "terms/terms.html",
        return_path=return_path,
        error=error,
        agreed_at=agreed_at,
        version=realm.settings.terms_version,
        account_url=realm.settings.account_url,
    )
