"""What a person reads when a proof is refused. One short text for each reason; the exact words are requirements."""

from ground.web.language import counted
from ground.web.language import gettext as _
from idp.authentication.method import Refusal


def as_text(refusal: Refusal | None) -> str | None:
    """The text for a refusal, in the language of the page."""
    if refusal is None:
        return None
    match refusal.reason:
        case "wrong_pair":
            return _("Неверный логин или пароль")
        case "malformed":
            return _("Код состоит из шести цифр.")
        case "wrong":
            tries = refusal.detail["tries_left"]
            left = "Осталась %(number)s попытка.|Осталось %(number)s попытки.|Осталось %(number)s попыток."
            return _("Код не подошёл.") + " " + counted(tries, left)
        case "expired":
            return _("Код устарел: он действует пять минут. Запросите новый.")
        case "burnt":
            return _("Код больше не действует: пять неверных попыток. Запросите новый.")
        case "no_code":
            return _("Этот код уже не действует. Запросите новый.")
        case "too_soon":
            return wait_text(refusal.detail["seconds"])
    raise AssertionError(f"no text for {refusal.reason}")


def wait_text(seconds: int) -> str:
    """When the next code may be asked for."""
    return counted(
        seconds,
        "Новый код можно запросить через %(number)s секунду.|Новый код можно запросить через %(number)s секунды."
        "|Новый код можно запросить через %(number)s секунд.",
    )
