"""The two ways a code travels: by SMS to the confirmed phone, by mail to the confirmed address."""

from collections.abc import Callable
from dataclasses import dataclass

from ground.web.language import LazyText, lazy_gettext
from idp.citizens.identifiers import masked_email, masked_phone
from idp.citizens.models import Person


@dataclass(frozen=True)
class Channel:
    """`name` is the channel of the outbox, `method` the name of the method on it, `amr` the words of RFC 8176: there is one for
    SMS and none for mail. `address_of` is None for somebody who has confirmed no such address."""

    name: str
    method: str
    icon: str
    title: LazyText
    needs: LazyText
    heading: LazyText
    sent: LazyText
    not_delivered: LazyText
    amr: tuple[str, ...]
    address_of: Callable[[Person], str | None]
    masked: Callable[[str], str]
    subject: LazyText | None = None


SMS = Channel(
    name="sms",
    method="code",
    icon="message",
    title=lazy_gettext("Код из SMS"),
    needs=lazy_gettext("Нужен телефон, который подтверждён в профиле"),
    heading=lazy_gettext("Введите код из SMS"),
    sent=lazy_gettext("Отправили на номер"),
    not_delivered=lazy_gettext("SMS не дошло. Проверьте номер или выберите другой способ."),
    amr=("otp", "sms"),
    address_of=lambda person: person.data.phone if person.phone_is_verified else None,
    masked=masked_phone,
)
EMAIL = Channel(
    name="email",
    method="email",
    icon="mail",
    title=lazy_gettext("Код из письма"),
    needs=lazy_gettext("Нужна почта, которая подтверждена в профиле"),
    heading=lazy_gettext("Введите код из письма"),
    sent=lazy_gettext("Отправили на адрес"),
    not_delivered=lazy_gettext("Письмо не дошло. Проверьте адрес или выберите другой способ."),
    amr=("otp",),
    address_of=lambda person: person.data.email if person.email_is_verified else None,
    masked=masked_email,
    subject=lazy_gettext("Код для входа"),
)
