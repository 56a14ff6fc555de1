"""What a person reads when a passkey is refused."""

from ground.web.language import gettext as _


def refused_text(reason: str) -> str:
    """The text for a reason of the journal, in the language of the page. What only an attack brings about has one for all."""
    match reason:
        case "expired":
            return _("Прошло больше пяти минут. Попробуйте ещё раз.")
        case "used" | "unknown":
            return _("Этот ответ уже не годится. Попробуйте ещё раз.")
        case "unknown_passkey":
            return _("Такого ключа доступа здесь нет. Возможно, его убрали из профиля.")
        case "another_person":
            return _("Это ключ доступа другого человека.")
        case "not_verified":
            return _("Устройство не проверило, что это вы. Нужны отпечаток, лицо или PIN.")
        case "counter":
            return _("Похоже, у этого ключа доступа есть копия. Уберите его в профиле и добавьте новый.")
        case "taken":
            return _("Этот ключ доступа уже добавлен.")
        case "no_attestation":
            return _("Это устройство не говорит, кто его сделал, а здесь это обязательно. Возьмите другое.")
        case "no_name":
            return _("Назовите ключ доступа, чтобы потом узнать его в списке.")
    return _("Ключ доступа не подошёл. Попробуйте ещё раз или выберите другой способ.")
