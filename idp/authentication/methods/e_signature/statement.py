"""The texts that people sign: lines that can be read, with a number that makes each of them the only one of its kind."""

from collections.abc import Sequence

from ground.chance import draw_token
from ground.web.language import gettext as _
from ground.web.language import local_moment
from idp.authentication.attempt import Attempt
from idp.realm import Realm

PURPOSE = "signature"
LIFETIME_SECONDS = 300
LINE_END = "\r\n"
"""As signing tools write it: those that take a text for mail change every other line end before they sign."""


def sign_in_text(realm: Realm, attempt: Attempt) -> str:
    """What somebody signs to sign in."""
    service = f"{attempt.purpose.client_name} ({attempt.purpose.client_host})"
    return statement(
        realm,
        _("Вход в Пропуск по электронной подписи"),
        [
            (_("Куда вхожу"), service),
            (_("Кто проверяет"), realm.settings.issuer),
            (_("Что подтверждаю"), _("вхожу я сам, своим сертификатом. Больше эта подпись ни с чем не соглашается.")),
            (_("Номер пропуска"), attempt.number),
        ],
    )


def statement(realm: Realm, heading: str, facts: Sequence[tuple[str, str]]) -> str:
    """A text to sign: the facts, when it was written, until when it may be signed, and the number."""
    now = realm.clock.now()
    ends = [
        (_("Составлено"), _moment(now)),
        (_("Подписать до"), _moment(now + LIFETIME_SECONDS)),
        (_("Разовый номер"), draw_token(realm.chance, "text to sign")),
    ]
    lines = [_one_line(heading), "", *(f"{_one_line(name)}: {_one_line(value)}".strip() for name, value in (*facts, *ends))]
    return LINE_END.join(lines) + LINE_END


def _moment(seconds: int) -> str:
    return local_moment(seconds).isoformat(sep=" ", timespec="seconds")


def _one_line(text: str) -> str:
    """What a client calls itself begins no line of ours, and hides nothing."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
