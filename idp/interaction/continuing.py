"""Going on with a paused request in a browser: each step is a redirect to a page, or the answer."""

from collections.abc import Mapping
from functools import partial

from flask import Blueprint, current_app, redirect
from werkzeug.wrappers import Response

from ground.web.cookies import browser_binding
from idp.authentication.entry import first_sign_in
from idp.interaction import course, pause, respond
from idp.interaction.course import Answer, Dialects, SignInBegun
from idp.interaction.dispatch import AskConsent, ChooseParty, ConfirmAccount, FirstSignIn
from idp.interaction.pause import InteractionGone
from idp.interaction.waiting import refused
from idp.pages import current_realm
from idp.pages.access import Access, open_to
from idp.realm import Realm
from idp.sessions import browser

blueprint = Blueprint("continuing", __name__, url_prefix=pause.CONTINUE.rstrip("/"))
DIALECTS = "propusk.dialects"
"""Where the application keeps how each dialect is answered: those rooms stand above this one."""
PAGES: Mapping[type, str] = {ConfirmAccount: "confirmation", ChooseParty: "acting", AskConsent: "consent"}
"""The page on which each question is asked."""


@blueprint.get("/<interaction_id>")
@open_to(Access.BROWSER)
def go_on(interaction_id: str) -> Response:
    """Take the paused request up where it stands."""
    return take_up(current_realm(), interaction_id)


def take_up(realm: Realm, interaction_id: str) -> Response:
    """Do the next step of a paused request: send the person on, or answer the client."""
    dialects: Dialects = current_app.extensions[DIALECTS]
    try:
        step = course.take_up(
            realm,
            interaction_id,
            browser=browser_binding(),
            dialects=dialects,
            find_session=partial(browser.current, realm),
            has_run_out=partial(browser.has_run_out, realm),
        )
    except InteractionGone as reason:
        raise refused(realm, interaction_id, reason) from None
    if isinstance(step, Answer):
        return respond.send(step)
    if isinstance(step, SignInBegun):
        return redirect(f"/sign-in/{step.attempt_id}", 303)
    if isinstance(step.question, FirstSignIn):
        return redirect(first_sign_in(f"{pause.CONTINUE}{interaction_id}"), 303)
    return redirect(f"/{PAGES[type(step.question)]}/{interaction_id}", 303)
