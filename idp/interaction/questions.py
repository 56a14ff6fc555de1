"""Two questions before consent: what to do about an account that is not enough, and on whose behalf the person comes."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from ground.web.headers import allow_form_target
from ground.web.language import gettext as _
from idp.citizens import directory
from idp.citizens.acting import Choice
from idp.clients import registry
from idp.interaction import pause
from idp.interaction.dispatch import ChooseParty, ConfirmAccount
from idp.interaction.waiting import Asked, Waiting, find_waiting, gone
from idp.interaction.words import party_facts
from idp.pages import current_realm
from idp.pages.access import Access, open_to
from idp.protocol.redirect_uri import host_of

blueprint = Blueprint("questions", __name__)


@blueprint.get("/confirmation/<interaction_id>")
@open_to(Access.BROWSER)
def show_confirmation(interaction_id: str) -> Response | str:
    """What the account lacks, where that is mended, and the way back to the service."""
    waiting = find_waiting(current_realm(), interaction_id, ConfirmAccount)
    if waiting is None:
        return redirect(pause.CONTINUE + interaction_id, 303)
    return _page("confirmation.html", waiting, _("Подтверждение"), missing=waiting.question.missing)


@blueprint.post("/confirmation/<interaction_id>")
@open_to(Access.BROWSER)
def leave(interaction_id: str) -> Response:
    """Go back to the service, which is answered that nobody came. Whoever has confirmed their account meanwhile goes on."""
    realm = current_realm()
    waiting = find_waiting(realm, interaction_id, ConfirmAccount)
    if waiting is not None:
        with realm.database.write() as connection:
            pause.remember_answer(connection, waiting.paused, "leave", citizen_id=waiting.session.citizen_id)
    return redirect(pause.CONTINUE + interaction_id, 303)


@blueprint.get("/acting/<interaction_id>")
@open_to(Access.BROWSER)
def show_parties(interaction_id: str) -> Response | str:
    """Everybody on whose behalf the person may come."""
    realm = current_realm()
    waiting = find_waiting(realm, interaction_id, ChooseParty)
    if waiting is None:
        return redirect(pause.CONTINUE + interaction_id, 303)
    with realm.database.read() as connection:
        person = directory.find(realm, connection, waiting.session.citizen_id) or _raise_gone()
    parties = [(party, party_facts({**party.claim(), "name": ""}).lstrip(", ")) for party in waiting.question.parties]
    themselves = person if waiting.question.may_be_themselves else None
    return _page("acting.html", waiting, _("От чьего имени"), person=themselves, parties=parties)


@blueprint.post("/acting/<interaction_id>")
@open_to(Access.BROWSER)
def choose(interaction_id: str) -> Response:
    """Keep the choice with the request, if it is one that was offered; anything else is asked again."""
    realm = current_realm()
    waiting = find_waiting(realm, interaction_id, ChooseParty)
    if waiting is not None and waiting.is_shown_here(realm):
        kind, _colon, party_id = request.form.get("party", "").partition(":")
        choice = Choice(kind, party_id or None)
        if waiting.question.offers(choice):
            with realm.database.write() as connection:
                pause.remember_choice(connection, waiting.paused, choice, citizen_id=waiting.session.citizen_id)
    return redirect(pause.CONTINUE + interaction_id, 303)


def _page(template: str, waiting: Waiting[Asked], step: str, **values: Any) -> str:
    realm, asked = current_realm(), waiting.paused.request
    with realm.database.read() as connection:
        client = registry.find(connection, asked.client_id) or _raise_gone()
    allow_form_target(asked.redirect_uri)
    around: Mapping[str, Any] = {
        "paused": waiting.paused,
        "client": client,
        "host": host_of(asked.redirect_uri),
        "steps": waiting.steps(step),
        "shown_to": waiting.shown_to(realm),
        "go_on": pause.CONTINUE + waiting.paused.id,
    }
    return render_template(template, **around, **values)


def _raise_gone() -> Any:
    raise gone()
