"""The words a consent page has for claims and for scopes that open an API."""

from collections.abc import Mapping, Sequence, Set
from typing import Any

from ground.web.language import LazyText, format_day, lazy_gettext
from ground.web.language import gettext as _

CLAIM_WORDS: Mapping[str, LazyText] = {
    "name": lazy_gettext("ФИО"),
    "family_name": lazy_gettext("Фамилия"),
    "given_name": lazy_gettext("Имя"),
    "middle_name": lazy_gettext("Отчество"),
    "birthdate": lazy_gettext("Дата рождения"),
    "gender": lazy_gettext("Пол"),
    "snils": lazy_gettext("СНИЛС"),
    "inn": lazy_gettext("ИНН"),
    "address": lazy_gettext("Адрес"),
    "email": lazy_gettext("Электронная почта"),
    "email_verified": lazy_gettext("Подтверждена ли почта"),
    "phone_number": lazy_gettext("Телефон"),
    "phone_number_verified": lazy_gettext("Подтверждён ли телефон"),
    "bank_account": lazy_gettext("Счёт в банке"),
    "bank_card": lazy_gettext("Карта банка"),
}
GENDER_WORDS: Mapping[str, LazyText] = {"female": lazy_gettext("женский"), "male": lazy_gettext("мужской")}
DEED_WORDS: Mapping[str, LazyText] = {
    "registry.read": lazy_gettext("Читать ваши записи о здоровье в регистре"),
    "offline_access": lazy_gettext("Делать это и тогда, когда вас нет на сайте"),
}
SAID_WITH: Mapping[str, str] = {
    "family_name": "name",
    "given_name": "name",
    "middle_name": "name",
    "email_verified": "email",
    "phone_number_verified": "phone_number",
}
"""Claims that say nothing beyond another, when they come with it: the parts of the name, and whether a contact is
confirmed."""


def claim_rows(names: Sequence[str], claims: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Exactly the claims that will be handed out, each with its value, as the person may read them."""
    rows = []
    for name in names:
        if SAID_WITH.get(name) in names:
            continue
        value = claims.get(name)
        rows.append((str(CLAIM_WORDS[name]), _("не указано") if value is None else _as_said(name, value)))
    return rows


def claim_list(names: Sequence[str]) -> str:
    """«ФИО, дата рождения, СНИЛС»: what these claims are called; one that has no word of ours by its own name."""
    words = [str(CLAIM_WORDS.get(name, name)) for name in names if SAID_WITH.get(name) not in names]
    return ", ".join(words[:1] + [word if word[1:2].isupper() else word[:1].lower() + word[1:] for word in words[1:]])


def deeds(scopes: Set[str]) -> list[str]:
    """What the client will be able to do."""
    return [str(words) for name, words in DEED_WORDS.items() if name in scopes]


def _as_said(name: str, value: Any) -> str:
    if name == "address":
        return str(value["formatted"])
    if isinstance(value, bool):
        return _("да") if value else _("нет")
    if name == "birthdate":
        return format_day(value)
    if name == "gender":
        return str(GENDER_WORDS.get(value, value))
    return str(value)
