"""The consent page: exactly what will be handed out, to whom, and two answers."""

import hashlib
import hmac
from typing import Any

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from ground.web.cookies import browser_binding
from ground.web.errors import PageProblem
from ground.web.headers import allow_form_target
from ground.web.language import gettext as _
from idp.audit import Event
from idp.authentication.method import Refusal
from idp.authentication.methods import METHODS
from idp.authentication.methods.e_signature.method import BUNDLE
from idp.authentication.methods.e_signature.pages import as_file
from idp.citizens import directory
from idp.clients import registry
from idp.errors import RequestRefused
from idp.interaction import pause, signing
from idp.interaction.answer import Given, give_answer
from idp.interaction.dispatch import AskConsent, next_step
from idp.interaction.pause import InteractionGone, PausedRequest
from idp.interaction.signing import Question
from idp.interaction.words import claim_rows, deeds
from idp.pages import current_realm
from idp.pages.access import Access, open_to
from idp.pages.forms import given_fields
from idp.protocol.claims import GrantedClaims
from idp.protocol.redirect_uri import host_of
from idp.realm import Realm
from idp.sessions import browser
from idp.sessions.store import Session
from idp.throttling import strangers

blueprint = Blueprint("consent", __name__, url_prefix="/consent")


@blueprint.get("/<interaction_id>")
@open_to(Access.BROWSER)
def show(interaction_id: str) -> Response | str:
    """Ask, unless somebody came here before it was their turn."""
    question = _question(interaction_id)
    return _page(question) if question is not None else redirect(pause.CONTINUE + interaction_id, 303)


@blueprint.post("/<interaction_id>")
@open_to(Access.BROWSER)
def answer(interaction_id: str) -> Response:
    """Store the answer to what was shown; nothing else of the form is read.

    A page that was shown to somebody else, who used this browser before, is answered by showing it anew.
    """
    realm = current_realm()
    paused, session, claims = _waiting(realm, interaction_id)
    if session is not None and _is_shown_to(realm, paused, session):
        given: Given = "allow" if request.form.get("answer") == "allow" else "deny"
        with realm.database.write() as connection:
            give_answer(realm, connection, paused, given, citizen_id=session.citizen_id, claims=claims)
    return redirect(pause.CONTINUE + interaction_id, 303)


@blueprint.get("/<interaction_id>/sign")
@open_to(Access.BROWSER)
def show_signing(interaction_id: str) -> Response | str:
    """The text of what is asked, to be signed instead of pressing a button."""
    question = _question(interaction_id)
    if question is None or not signing.can_sign(current_realm(), question.person):
        return redirect(pause.CONTINUE + interaction_id, 303)
    return _signing_page(question)


@blueprint.post("/<interaction_id>/sign")
@open_to(Access.BROWSER)
def sign(interaction_id: str) -> Response | tuple[str, int]:
    """Allow by a signature over the text that was shown. Whom it was not shown to is shown it first."""
    realm, form = current_realm(), given_fields()
    question = _question(interaction_id)
    if question is None or not signing.can_sign(realm, question.person):
        return redirect(pause.CONTINUE + interaction_id, 303)
    if not _is_shown_to(realm, question.paused, question.session):
        return redirect(f"/consent/{interaction_id}/sign", 303)
    try:
        signing.sign(realm, question, form)
    except Refusal as refusal:
        return _signing_page(question, refusal), refusal.status
    return redirect(pause.CONTINUE + interaction_id, 303)


@blueprint.get("/<interaction_id>/consent.txt")
@open_to(Access.BROWSER)
def text_to_sign(interaction_id: str) -> Response:
    """The text that waits to be signed, as a file; the page writes a new one where none does."""
    question = _question(interaction_id)
    text = signing.waiting_text(current_realm(), question) if question is not None else None
    return as_file(text, "consent.txt") if text is not None else redirect(f"/consent/{interaction_id}/sign", 303)


def _question(interaction_id: str) -> Question | None:
    """What the person of this browser is asked now, if it is their turn."""
    realm = current_realm()
    paused, session, claims = _waiting(realm, interaction_id)
    if session is None:
        return None
    with realm.database.read() as connection:
        person = directory.find(realm, connection, session.citizen_id)
        client = registry.find(connection, paused.request.client_id)
    if person is None or client is None:
        raise gone()
    return Question(paused, client, session, person, claims)


def _page(question: Question) -> str:
    rows = claim_rows(question.names, question.person.claims())
    can_sign = signing.can_sign(current_realm(), question.person)
    return render_template("consent.html", rows=rows, deeds=deeds(question.scope), can_sign=can_sign, **_around(question))


def _signing_page(question: Question, refusal: Refusal | None = None) -> str:
    realm = current_realm()
    return render_template(
        "consent_signing.html",
        asked=signing.text_to_sign(realm, question),
        now=realm.clock.now(),
        has_bundle=BUNDLE.exists(),
        error=refusal.text if refusal else None,
        **(refusal.detail if refusal else {"certificate_rows": [], "is_uploaded": False}),
        **_around(question),
    )


def _around(question: Question) -> dict[str, Any]:
    """What both pages show: who asks, and how the person came here."""
    redirect_uri = question.paused.request.redirect_uri
    allow_form_target(redirect_uri)
    return {
        "paused": question.paused,
        "client": question.client,
        "host": host_of(redirect_uri),
        "steps": _steps(question.paused, question.session),
        "shown_to": _shown_to(current_realm(), question.paused, question.session),
    }


def _is_shown_to(realm: Realm, paused: PausedRequest, session: Session) -> bool:
    """Does the form of this request come from a page that showed this person's data?"""
    return hmac.compare_digest(request.form.get("shown_to", "").encode(), _shown_to(realm, paused, session).encode())


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
        except InteractionGone as reason:
            raise refused(realm, interaction_id, reason) from None
        session = browser.current(realm, connection)
        if session is None:
            return paused, None, GrantedClaims()
        try:
            step = next_step(realm, connection, paused, session)
        except RequestRefused:
            # Whoever goes on is told why, and so is the client.
            return paused, None, GrantedClaims()
    return (paused, session, step.claims) if isinstance(step, AskConsent) else (paused, None, GrantedClaims())


def refused(realm: Realm, interaction_id: str, reason: InteractionGone) -> PageProblem:
    """The page for a request that cannot be gone on with here; that it belongs to another browser is written down."""
    if reason.is_foreign:
        strangers.write_down(realm, Event.ACCESS_REFUSED, object=f"interaction:{interaction_id}", outcome="other_browser")
    return gone()


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
