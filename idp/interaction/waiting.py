"""Which question of a paused request this browser is asked now, and whom a page of one was shown to."""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Generic, TypeVar

from flask import request

from ground.web.cookies import browser_binding
from ground.web.errors import PageProblem
from ground.web.language import gettext as _
from idp.audit import Event
from idp.authentication.methods import METHODS
from idp.errors import RequestRefused
from idp.interaction import pause
from idp.interaction.dispatch import AskConsent, ChooseParty, ConfirmAccount, next_step
from idp.interaction.pause import InteractionGone, PausedRequest
from idp.realm import Realm
from idp.sessions import browser
from idp.sessions.store import Session
from idp.throttling import strangers

Asked = TypeVar("Asked", AskConsent, ChooseParty, ConfirmAccount)


@dataclass(frozen=True)
class Waiting(Generic[Asked]):
    """A request that waits for the person of this session to answer this question."""

    paused: PausedRequest
    session: Session
    question: Asked

    def is_shown_here(self, realm: Realm) -> bool:
        """Does the form of this request come from a page that showed this person's data?"""
        return hmac.compare_digest(request.form.get("shown_to", "").encode(), self.shown_to(realm).encode())

    def shown_to(self, realm: Realm) -> str:
        """Says whose data a page showed. Somebody else may sign in from another tab before its button is pressed."""
        message = f"{self.paused.id}\0{self.session.citizen_id}".encode()
        return hmac.new(realm.secrets.derive("consent page"), message, hashlib.sha256).hexdigest()

    def steps(self, last: str) -> list[str]:
        """The row of steps of a sign-in that led here; who was signed in already has taken none."""
        if self.paused.attempt_id is None:
            return []
        proved = {factor.method for factor in self.session.factors}
        return [str(method.step) for method in METHODS if method.name in proved] + [last]


def find_waiting(realm: Realm, interaction_id: str, question: type[Asked]) -> Waiting[Asked] | None:
    """The paused request of this browser, if a question of this kind is asked now. Raises PageProblem when there is none."""
    with realm.database.read() as connection:
        try:
            paused = pause.take_up(realm, connection, interaction_id, browser=browser_binding())
        except InteractionGone as reason:
            raise refused(realm, interaction_id, reason) from None
        session = browser.current(realm, connection)
        if session is None:
            return None
        try:
            step = next_step(realm, connection, paused, session)
        except RequestRefused:
            # Whoever goes on is told why, and so is the client.
            return None
    return Waiting(paused, session, step) if isinstance(step, question) else None


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
