"""The words a consent page has for claims and for scopes that open an API."""

from collections.abc import Iterable, Mapping, Set
from typing import Any

from ground.web.language import LazyText, format_day, lazy_gettext
from ground.web.language import gettext as _
from idp.protocol.scopes import claims_of

CLAIM_WORDS: Mapping[str, LazyText] = {
    "name": lazy_gettext("ФИО"),
    "birthdate": lazy_gettext("Дата рождения"),
    "gender": lazy_gettext("Пол"),
    "snils": lazy_gettext("СНИЛС"),
    "inn": lazy_gettext("ИНН"),
    "address": lazy_gettext("Адрес"),
    "email": lazy_gettext("Электронная почта"),
    "phone_number": lazy_gettext("Телефон"),
}
GENDER_WORDS: Mapping[str, LazyText] = {"female": lazy_gettext("женский"), "male": lazy_gettext("мужской")}
DEED_WORDS: Mapping[str, LazyText] = {
    "registry.read": lazy_gettext("Читать ваши записи о здоровье в регистре"),
    "offline_access": lazy_gettext("Делать это и тогда, когда вас нет на сайте"),
}
SAID_WITH_ANOTHER = frozenset({"family_name", "given_name", "middle_name", "email_verified", "phone_number_verified"})
"""Claims that say nothing beyond the one they come with: the parts of the name, and whether a contact is confirmed."""


def claim_rows(scopes: Iterable[str], claims: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Exactly the claims that will be handed out, each with its value, as the person may read them."""
    rows = []
    for name in claims_of(scopes):
        if name in SAID_WITH_ANOTHER:
            continue
        value = claims.get(name)
        rows.append((str(CLAIM_WORDS[name]), _("не указано") if value is None else _as_said(name, value)))
    return rows


def deeds(scopes: Set[str]) -> list[str]:
    """What the client will be able to do."""
    return [str(words) for name, words in DEED_WORDS.items() if name in scopes]


def _as_said(name: str, value: Any) -> str:
    if name == "address":
        return str(value["formatted"])
    if name == "birthdate":
        return format_day(value)
    if name == "gender":
        return str(GENDER_WORDS.get(value, value))
    return str(value)
