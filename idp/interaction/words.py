"""The words a consent page has for claims and for scopes that open an API."""

from collections.abc import Mapping, Sequence, Set
from typing import Any

from ground.web.language import LazyText, format_day, lazy_gettext
from ground.web.language import gettext as _
from idp.citizens.models import MEDICAL_SERVICE
from idp.interaction.esia_deeds import OF_PROFILE
from idp.interaction.profile_words import PROFILE_WORDS, organisation_deed, profile_fact
from idp.protocol.scopes import ACTING_FOR

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
    "passport_series": lazy_gettext("Серия паспорта"),
    "passport_number": lazy_gettext("Номер паспорта"),
    "passport_issued_on": lazy_gettext("Дата выдачи паспорта"),
    "passport_verified": lazy_gettext("Проверен ли паспорт"),
    "verified": lazy_gettext("Подтверждена ли учётная запись"),
    "account_level": lazy_gettext("Учётная запись"),
    "roles": lazy_gettext("Роли"),
    "has_signature": lazy_gettext("Есть ли электронная подпись"),
    "acting_for": lazy_gettext("От чьего имени"),
    "bank_account": lazy_gettext("Счёт в банке"),
    "bank_card": lazy_gettext("Карта банка"),
    **PROFILE_WORDS,
}
GENDER_WORDS: Mapping[str, LazyText] = {"female": lazy_gettext("женский"), "male": lazy_gettext("мужской")}
LEVEL_WORDS: Mapping[str, LazyText] = {
    "child": lazy_gettext("детская"),
    "simplified": lazy_gettext("упрощённая"),
    "standard": lazy_gettext("стандартная"),
    "confirmed": lazy_gettext("подтверждённая"),
}
ROLE_WORDS: Mapping[str, LazyText] = {MEDICAL_SERVICE: lazy_gettext("Гражданин - медицинский сервис")}
DEED_WORDS: Mapping[str, LazyText] = {
    "registry.read": lazy_gettext("Читать ваши записи о здоровье в регистре"),
    **OF_PROFILE,
    "offline_access": lazy_gettext("Делать это и тогда, когда вас нет на сайте"),
}
SAID_WITH: Mapping[str, str] = {
    "family_name": "name",
    "given_name": "name",
    "middle_name": "name",
    "email_verified": "email",
    "phone_number_verified": "phone_number",
    "verified": "account_level",
}
"""Claims that say nothing beyond another, when they come with it: the parts of the name, whether a contact is confirmed, and
whether an account is, beside its level."""


MOST_UNSAID = 3
"""So many rows may say that there is nothing. More are one row, or who has neither car nor child would not find what counts."""


def claim_rows(names: Sequence[str], claims: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Exactly the claims that will be handed out, each with its value, as the person may read them. What there is nothing of is
    among them: the client will be told when there is."""
    asked = [name for name in names if SAID_WITH.get(name) not in names]
    said = {name: "" if claims.get(name) is None else _as_said(name, claims[name]) for name in asked}
    unsaid = [name for name in asked if not said[name] and name in PROFILE_WORDS]
    if len(unsaid) <= MOST_UNSAID:
        unsaid = []
    rows = [(str(CLAIM_WORDS[name]), said[name] or _unsaid(name)) for name in asked if name not in unsaid]
    return [*rows, *([(_("Сейчас не указано, узнает, когда появится"), claim_list(unsaid))] if unsaid else [])]


def claim_list(names: Sequence[str]) -> str:
    """«ФИО, дата рождения, СНИЛС»: what these claims are called; one that has no word of ours by its own name."""
    words = [str(CLAIM_WORDS.get(name, name)) for name in names if SAID_WITH.get(name) not in names]
    return ", ".join(words[:1] + [word if word[1:2].isupper() else word[:1].lower() + word[1:] for word in words[1:]])


def deeds(scopes: Set[str]) -> list[str]:
    """What the client will be able to do."""
    of_organisation = organisation_deed(scopes)
    return [
        *([of_organisation] if of_organisation else []),
        *(str(words) for name, words in DEED_WORDS.items() if name in scopes),
    ]


def party_facts(party: Mapping[str, Any]) -> str:
    """Whom an `acting_for` claim names, with everything that it says of them."""
    numbers = ((_("ОГРН"), party.get("ogrn")), (_("ИНН"), party.get("inn")), (_("должность:"), party.get("position")))
    born = [_("дата рождения: %(day)s", day=format_day(party["birthdate"]))] if "birthdate" in party else []
    return ", ".join([party["name"], *(f"{name} {value}" for name, value in numbers if value), *born])


def _unsaid(name: str) -> str:
    return _("от своего") if name == ACTING_FOR else _("не указано")


def _as_said(name: str, value: Any) -> str:
    if name in PROFILE_WORDS:
        return profile_fact(name, value)
    if name == ACTING_FOR:
        return party_facts(value)
    if name == "account_level":
        return str(LEVEL_WORDS[value])
    if name == "roles":
        return ", ".join(str(ROLE_WORDS.get(role, role)) for role in value) or _("нет")
    if name == "address":
        return str(value["formatted"])
    if isinstance(value, bool):
        return _("да") if value else _("нет")
    if name in ("birthdate", "passport_issued_on"):
        return format_day(value)
    if name == "gender":
        return str(GENDER_WORDS.get(value, value))
    return str(value)
