"""What a person reads when the code of an application is refused."""

from ground.web.language import counted
from ground.web.language import gettext as _


def wrong_text(reason: str, tries_left: int = 0) -> str:
    """The text for `malformed`, `wrong`, `used`, `too_many` or `no_secret`, in the language of the page."""
    match reason:
        case "malformed":
            return _("Код состоит из шести цифр.")
        case "wrong":
            left = "Осталась %(number)s попытка.|Осталось %(number)s попытки.|Осталось %(number)s попыток."
            return _("Код не подошёл.") + " " + counted(tries_left, left)
        case "used":
            return _("С этим кодом уже входили. Дождитесь следующего: он появится в приложении через полминуты.")
        case "too_many":
            return _("Пять неверных кодов подряд. Попробуйте ещё раз через пять минут или подтвердите вход другим способом.")
        case "no_secret":
            return _("Код из приложения у вашей записи больше не подключён. Подтвердите вход другим способом.")
    raise AssertionError(f"no text for {reason}")
