"""What a person reads when the telephone has not let them in."""

from ground.web.language import gettext as _


def wrong_text(reason: str) -> str:
    """The text for a reason of `PushMethod.finish` or of sending, in the language of the page."""
    match reason:
        case "pending":
            return _("Ответа с телефона пока нет.")
        case "denied":
            return _("На телефоне нажали «Это не я». Мы никого не пустили.")
        case "wrong_number":
            return _("На телефоне нажали другое число. Мы никого не пустили.")
        case "replaced":
            return _("Этот запрос сменился более новым: вход начали ещё раз.")
        case "expired":
            return _("На запрос не ответили вовремя. Отправьте новый.")
        case "too_many":
            return _("На телефон ушло слишком много запросов. Подождите десять минут или подтвердите вход другим способом.")
    raise AssertionError(f"no text for {reason}")
