"""What a person reads of a code and when one is refused. The exact words are requirements."""

from typing import Any

from sqlalchemy import Connection

from ground.web.language import counted
from ground.web.language import gettext as _
from idp.authentication.methods.one_time_code import codes
from idp.authentication.methods.one_time_code.codes import Recipient
from idp.realm import Realm


def wrong_text(reason: str, tries_left: int = 0) -> str:
    """The text for `malformed`, `wrong`, `expired`, `burnt` or `no_code`, in the language of the page."""
    match reason:
        case "malformed":
            return _("Код состоит из шести цифр.")
        case "wrong":
            left = "Осталась %(number)s попытка.|Осталось %(number)s попытки.|Осталось %(number)s попыток."
            return _("Код не подошёл.") + " " + counted(tries_left, left)
        case "expired":
            return _("Код устарел: он действует пять минут. Запросите новый.")
        case "burnt":
            return _("Код больше не действует: пять неверных попыток. Запросите новый.")
        case "no_code":
            return _("Этот код уже не действует. Запросите новый.")
    raise AssertionError(f"no text for {reason}")


def wait_text(seconds: int) -> str:
    """When the next code may be asked for."""
    return counted(
        seconds,
        "Новый код можно запросить через %(number)s секунду.|Новый код можно запросить через %(number)s секунды."
        "|Новый код можно запросить через %(number)s секунд.",
    )


def asked_code(realm: Realm, connection: Connection, to: Recipient, error: str | None) -> dict[str, Any]:
    """What a page outside a sign-in has to know of the code that it asks for (one_time_code.html)."""
    newest = codes.newest(connection, to)
    wait = codes.seconds_to_wait(realm, connection, to)
    return {
        "channel": to.channel,
        "address": to.channel.masked(to.address),
        "expires_at": newest.expires_at if newest else None,
        "not_delivered": to.channel.not_delivered if codes.is_in_trouble(realm, connection, newest) else None,
        "wait": wait_text(wait) if wait else None,
        "error": error,
    }
