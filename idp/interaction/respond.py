"""The answer to an authorization request, as a browser carries it: in the query of the redirect URI, or posted to it."""

from flask import redirect, render_template
from werkzeug.wrappers import Response

from ground.web.headers import allow_form_target
from idp.interaction.course import Answer
from idp.protocol.redirect_uri import host_of


def send(answer: Answer) -> Response:
    """Send the browser back to the client with this answer, and with nothing else anywhere."""
    if answer.mode == "form_post":
        return _form(answer)
    return redirect(answer.address, 302)


def _form(answer: Answer) -> Response:
    """A page that posts the answer; its button is for browsers without scripts (OAuth 2.0 Form Post Response Mode, 2)."""
    allow_form_target(answer.redirect_uri)
    page = render_template(
        "form_post.html", action=answer.redirect_uri, answer=answer.parameters, host=host_of(answer.redirect_uri)
    )
    return Response(page, mimetype="text/html")
