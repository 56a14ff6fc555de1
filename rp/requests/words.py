"""How a request's state is said, and how its decision is told to the person."""

from ground.web.language import gettext as _
from rp.records.record_type import Mark
from rp.requests.kind import Request, State


def mark_of(request: Request) -> Mark:
    """The state as a word."""
    return {
        State.DRAFT: Mark(_("черновик")),
        State.SENT: Mark(_("на рассмотрении"), "note", "clock"),
        State.WITHDRAWN: Mark(_("отозвано")),
        State.GRANTED: Mark(_("одобрено"), "good"),
        State.REFUSED: Mark(_("отказано"), "bad"),
    }[request.state]


def filing_facts(request: Request) -> list[tuple[str, str]]:
    """How it came: from whom, where that is another than the patient, and signed, where it is."""
    filed = [(_("Кто подал"), _("тот, кто действует от имени этого человека"))] if request.is_for_another else []
    signed = [(_("Подписано"), _("входом с электронной подписью"))] if request.signed_acr else []
    return [*filed, *signed]


def news_of(request: Request) -> tuple[str, str]:
    """Subject and text of the news that a request was decided, in Russian whoever decides. Neither says what it was about."""
    subject = f"Решение по заявлению {request.number}"
    if request.state is State.GRANTED:
        return subject, f"Заявление {request.number} одобрено. Ответ стоит на его странице."
    return subject, f"По заявлению {request.number} отказано. Причина стоит на его странице."
