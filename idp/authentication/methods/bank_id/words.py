"""What a person reads when the way through the bank ends, and what the journal keeps of it."""

from collections.abc import Mapping

from ground.web.language import LazyText, lazy_gettext
from idp.authentication.method import Refusal

TEXTS: Mapping[str, LazyText] = {
    "bank_unavailable": lazy_gettext("Банк сейчас не отвечает. Войдите другим способом или попробуйте позже."),
    "denied": lazy_gettext("Банк не подтвердил, что это вы: вы отказались или не вошли в банк."),
    "bank_refused": lazy_gettext("Банк не смог проверить вас. Войдите другим способом или попробуйте позже."),
    "not_believed": lazy_gettext("Ответ банка не прошёл проверку, поэтому мы ему не верим. Войдите другим способом."),
    "not_linked": lazy_gettext(
        "Эта запись банка не привязана. Войдите другим способом и привяжите банк в профиле, раздел «Документы»."
    ),
    "other_person": lazy_gettext("В банке вошёл другой человек, не тот, кто начал вход здесь."),
    "cannot_link": lazy_gettext("Эту запись банка привязать нельзя. Проверьте, под своим ли именем вы вошли в банк."),
    "other_name": lazy_gettext(
        "В банке имя, фамилия или дата рождения другие, чем здесь, поэтому банк не привязан. Сверьте их с паспортом."
    ),
    "expired": lazy_gettext("Вы были в банке дольше пяти минут. Попробуйте ещё раз."),
    "used": lazy_gettext("Этот ответ банка уже использован. Попробуйте ещё раз."),
    "unknown": lazy_gettext("Этот ответ банка не подходит к вашему входу. Попробуйте ещё раз."),
}
UNAVAILABLE = 503


def refusal(reason: str, *, cause: str = "") -> Refusal:
    """The refusal for a reason. `cause` is for the journal: it names the check and no person."""
    status = UNAVAILABLE if reason == "bank_unavailable" else 400
    return Refusal(reason, str(TEXTS[reason]), leaves=True, status=status, cause=cause)
