"""The consent page: exactly what will be handed out, to whom, and two answers."""

from typing import Any

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from ground.web.headers import allow_form_target
from ground.web.language import gettext as _
from idp.authentication.method import Refusal
from idp.authentication.methods.e_signature.method import BUNDLE
from idp.authentication.methods.e_signature.pages import as_file
from idp.citizens import directory
from idp.citizens.profile_claims import profile_claims_of
from idp.clients import registry
from idp.interaction import pause, signing
from idp.interaction.answer import Given, give_answer
from idp.interaction.dispatch import AskConsent
from idp.interaction.esia_asked import particular_rows, term
from idp.interaction.signing import Question
from idp.interaction.waiting import Waiting, find_waiting, gone
from idp.interaction.words import claim_rows, deeds
from idp.pages import current_realm
from idp.pages.access import Access, open_to
from idp.pages.forms import given_fields
from idp.protocol.claims import names_of
from idp.protocol.redirect_uri import host_of
from idp.tokens.looked_up import looked_up

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
    waiting = find_waiting(realm, interaction_id, AskConsent)
    if waiting is not None and waiting.is_shown_here(realm):
        given: Given = "allow" if request.form.get("answer") == "allow" else "deny"
        citizen_id, claims = waiting.session.citizen_id, waiting.question.claims
        with realm.database.write() as connection:
            give_answer(realm, connection, waiting.paused, given, citizen_id=citizen_id, claims=claims)
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
    if not _waiting(question).is_shown_here(realm):
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
    waiting = find_waiting(realm, interaction_id, AskConsent)
    if waiting is None:
        return None
    with realm.database.read() as connection:
        person = directory.find(realm, connection, waiting.session.citizen_id)
        client = registry.find(connection, waiting.paused.request.client_id)
        if person is None or client is None:
            raise gone()
        request, asked = waiting.paused.request, waiting.question
        if client.dialect == "esia":
            profile = profile_claims_of(realm, connection, person)
        else:
            profile = looked_up(realm, connection, person.id, names_of(request.scope, asked.claims))
        particulars = particular_rows(connection, request)
    return Question(waiting.paused, client, waiting.session, person, asked.claims, asked.party, profile, particulars)


def _waiting(question: Question) -> Waiting[AskConsent]:
    return Waiting(question.paused, question.session, AskConsent(question.claims, question.party))


def _page(question: Question) -> str:
    rows = [*claim_rows(question.names, question.told), *question.particulars]
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
    redirect_uri, waiting = question.paused.request.redirect_uri, _waiting(question)
    allow_form_target(redirect_uri)
    return {
        "paused": question.paused,
        "client": question.client,
        "host": host_of(redirect_uri),
        "term": term(question.paused.request),
        "steps": waiting.steps(_("Согласие")),
        "shown_to": waiting.shown_to(current_realm()),
    }
