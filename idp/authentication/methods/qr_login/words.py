"""What a person reads when the code on the page has let nobody in."""

from ground.web.language import gettext as _


def wrong_text(reason: str) -> str:
    """The text for a reason of `QrMethod.finish`, in the language of the page."""
    match reason:
        case "pending":
            return _("Код ещё никто не прочитал.")
        case "denied":
            return _("На телефоне нажали «Это не я». Мы никого не пустили.")
        case "expired":
            return _("Код устарел: он действует две минуты. Вот новый.")
        case "other_person":
            return _("Код прочитал телефон другого человека.")
        case "disabled":
            return _("Этой записью сейчас нельзя войти.")
    raise AssertionError(f"no text for {reason}")
