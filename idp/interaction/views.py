"""The consent page: exactly what will be handed out, to whom, and two answers."""

import hashlib
import hmac

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from ground.web.cookies import browser_binding
from ground.web.errors import PageProblem
from ground.web.headers import allow_form_target
from ground.web.language import gettext as _
from idp.authentication.methods import METHODS
from idp.citizens import directory
from idp.clients import registry
from idp.errors import RequestRefused
from idp.interaction import pause
from idp.interaction.answer import Given, give_answer
from idp.interaction.dispatch import AskConsent, next_step
from idp.interaction.pause import InteractionGone, PausedRequest
from idp.interaction.words import claim_rows, deeds
from idp.pages import current_realm
from idp.protocol.claims import GrantedClaims, names_of
from idp.protocol.redirect_uri import host_of
from idp.realm import Realm
from idp.sessions import browser
from idp.sessions.store import Session

blueprint = Blueprint("consent", __name__, url_prefix="/consent")


@blueprint.get("/<interaction_id>")
def show(interaction_id: str) -> Response | str:
    """Ask, unless somebody came here before it was their turn."""
    realm = current_realm()
    paused, session, claims = _waiting(realm, interaction_id)
    if session is None:
        return redirect(pause.CONTINUE + interaction_id, 303)
    with realm.database.read() as connection:
        person = directory.find(realm, connection, session.citizen_id)
        client = registry.find(connection, paused.request.client_id)
    if person is None or client is None:
        raise gone()
    allow_form_target(paused.request.redirect_uri)
    return render_template(
        "consent.html",
        paused=paused,
        client=client,
        host=host_of(paused.request.redirect_uri),
        steps=_steps(paused, session),
        rows=claim_rows(names_of(paused.request.scope, claims), person.claims()),
        deeds=deeds(paused.request.scope),
        shown_to=_shown_to(realm, paused, session),
    )


@blueprint.post("/<interaction_id>")
def answer(interaction_id: str) -> Response:
    """Store the answer to what was shown; nothing else of the form is read.

    A page that was shown to somebody else, who used this browser before, is answered by showing it anew.
    """
    realm = current_realm()
    paused, session, claims = _waiting(realm, interaction_id)
    if session is not None and hmac.compare_digest(
        request.form.get("shown_to", "").encode(), _shown_to(realm, paused, session).encode()
    ):
        given: Given = "allow" if request.form.get("answer") == "allow" else "deny"
        with realm.database.write() as connection:
            give_answer(realm, connection, paused, given, citizen_id=session.citizen_id, claims=claims)
    return redirect(pause.CONTINUE + interaction_id, 303)


def _shown_to(realm: Realm, paused: PausedRequest, session: Session) -> str:
    """Says whose data a page showed. Somebody else may sign in from another tab before its button is pressed."""
    message = f"{paused.id}\0{session.citizen_id}".encode()
    return hmac.new(realm.secrets.derive("consent page"), message, hashlib.sha256).hexdigest()


def _steps(paused: PausedRequest, session: Session) -> list[str]:
    """The row of steps of a sign-in that led here; who was signed in already has taken none."""
    if paused.attempt_id is None:
        return []
    proved = {factor.method for factor in session.factors}
    return [str(method.step) for method in METHODS if method.name in proved] + [_("Согласие")]


def _waiting(realm: Realm, interaction_id: str) -> tuple[PausedRequest, Session | None, GrantedClaims]:
    """The paused request, the session of the person whose consent it waits for now, if it does, and the single claims that
    they are asked for."""
    with realm.database.read() as connection:
        try:
            paused = pause.take_up(realm, connection, interaction_id, browser=browser_binding())
        except InteractionGone:
            raise gone() from None
        session = browser.current(realm, connection)
        if session is None:
            return paused, None, GrantedClaims()
        try:
            step = next_step(realm, connection, paused, session)
        except RequestRefused:
            # Whoever goes on is told why, and so is the client.
            return paused, None, GrantedClaims()
    return (paused, session, step.claims) if isinstance(step, AskConsent) else (paused, None, GrantedClaims())


def gone() -> PageProblem:
    """The page for a request that is over, or belongs to another browser."""
    return PageProblem(
        status=404,
        title=_("Этот запрос закончился"),
        lead=_("На него уже ответили, он начат в другом браузере или ждал дольше десяти минут."),
        advice=(_("Вернитесь в сервис, в который хотели войти, и начните сначала."),),
        code="interaction_gone",
        cause="no such paused request in this browser: answered, foreign or older than ten minutes",
    )
