"""What a person reads when a code is refused. The exact words are requirements."""

from ground.web.language import counted
from ground.web.language import gettext as _


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
