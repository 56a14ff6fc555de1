"""The text to sign as a file, byte for byte."""

from flask import Blueprint, Response, abort, redirect
from werkzeug.wrappers import Response as AnyResponse

from ground.web.cookies import browser_binding
from idp.authentication import attempt as attempts
from idp.authentication import challenge
from idp.authentication.attempt import AttemptGone
from idp.authentication.methods.e_signature.statement import PURPOSE
from idp.pages import current_realm
from idp.pages.access import Access, open_to

blueprint = Blueprint("signature", __name__, url_prefix="/sign-in")


@blueprint.get("/<attempt_id>/signature/challenge.txt")
@open_to(Access.BROWSER)
def text_to_sign(attempt_id: str) -> AnyResponse:
    """The text that waits to be signed; the page writes a new one where none does."""
    realm = current_realm()
    with realm.database.read() as connection:
        try:
            attempt = attempts.find(realm, connection, attempt_id, browser=browser_binding())
        except AttemptGone:
            abort(404)
        asked = challenge.waiting(realm, connection, attempt, PURPOSE)
    return as_file(asked.data["text"].encode(), "challenge.txt") if asked else redirect(f"{attempt.path}/signature", 303)


def as_file(content: bytes, name: str, media_type: str = "text/plain; charset=utf-8") -> Response:
    """Exactly these bytes, to be kept under a name."""
    return Response(content, content_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
