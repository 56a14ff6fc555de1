"""The words a consent page has for what systems of the ESIA dialect are told: documents, addresses, vehicles, children."""

from collections.abc import Mapping, Set
from typing import Any

from ground.web.language import LazyText, format_day, lazy_gettext
from ground.web.language import gettext as _
from idp.citizens.organisations import MemberOf
from idp.citizens.profile import RUSSIA, Address, Document, Vehicle

PROFILE_WORDS: Mapping[str, LazyText] = {
    "birthplace": lazy_gettext("Место рождения"),
    "citizenship": lazy_gettext("Гражданство"),
    "identity_document": lazy_gettext("Документ, удостоверяющий личность"),
    "addresses": lazy_gettext("Адреса"),
    "drivers_licence": lazy_gettext("Водительское удостоверение"),
    "military_id": lazy_gettext("Военный билет"),
    "foreign_passport": lazy_gettext("Заграничный паспорт"),
    "medical_policy": lazy_gettext("Полис ОМС"),
    "birth_certificate": lazy_gettext("Свидетельство о рождении"),
    "residence_permit": lazy_gettext("Вид на жительство"),
    "temporary_residence_permit": lazy_gettext("Разрешение на временное проживание"),
    "vehicles": lazy_gettext("Транспортные средства"),
    "organisations": lazy_gettext("Организации и роли в них"),
    "picture": lazy_gettext("Изображение профиля"),
    "self_employed": lazy_gettext("Самозанятость"),
    "children_names": lazy_gettext("ФИО детей"),
    "children_birthdates": lazy_gettext("Даты рождения детей"),
    "children_genders": lazy_gettext("Пол детей"),
    "children_snils": lazy_gettext("СНИЛС детей"),
    "children_inn": lazy_gettext("ИНН детей"),
    "children_birth_certificates": lazy_gettext("Свидетельства о рождении детей"),
    "children_medical_policies": lazy_gettext("Полисы ОМС детей"),
}
ORGANISATION_WORDS: Mapping[str, LazyText] = {
    "org_shortname": lazy_gettext("краткое название"),
    "org_fullname": lazy_gettext("полное название"),
    "org_type": lazy_gettext("тип"),
    "org_ogrn": lazy_gettext("ОГРН"),
    "org_inn": lazy_gettext("ИНН"),
    "org_leg": lazy_gettext("организационно-правовая форма"),
    "org_kpp": lazy_gettext("КПП"),
    "org_agencyterrange": lazy_gettext("территория органа власти"),
    "org_agencytype": lazy_gettext("тип органа власти"),
    "org_oktmo": lazy_gettext("ОКТМО"),
    "org_ctts": lazy_gettext("контакты"),
    "org_addrs": lazy_gettext("адреса"),
    "org_emps": lazy_gettext("сотрудники"),
    "org_grps": lazy_gettext("группы доступа"),
}
"""By the scopes that open it, what is told of an organisation; it is nobody's personal data, and so no claim."""
ADDRESS_WORDS: Mapping[str, LazyText] = {
    "PLV": lazy_gettext("проживания"),
    "PRG": lazy_gettext("регистрации"),
    "PTA": lazy_gettext("временного пребывания"),
}
GENDERS: Mapping[str, LazyText] = {"female": lazy_gettext("женский"), "male": lazy_gettext("мужской")}


def profile_fact(name: str, value: Any) -> str:
    """What one of these claims says, as the person may read it. Nothing where there is nothing."""
    if name == "citizenship":
        return _("Россия") if value == RUSSIA else str(value)
    if name == "picture":
        return _("есть") if value else _("нет")
    if name == "self_employed":
        return _("да") if value else _("нет")
    if isinstance(value, str):
        return value
    return "; ".join(_one(name, each) for each in value)


def organisation_deed(scopes: Set[str]) -> str | None:
    """What the client will be able to learn about the organisation that somebody comes for."""
    words = [str(text) for name, text in ORGANISATION_WORDS.items() if name in scopes]
    return _("Узнать об организации, за которую вы действуете: %(what)s", what=", ".join(words)) if words else None


def _one(name: str, value: Any) -> str:
    if isinstance(value, Document):
        return document_facts(value)
    if isinstance(value, Address):
        return f"{ADDRESS_WORDS[value.type]}: {value.text}"
    if isinstance(value, Vehicle):
        certificate = " ".join(part for part in (value.certificate_series, value.certificate_number) if part)
        return ", ".join(part for part in (value.name, value.number_plate, certificate) if part)
    if isinstance(value, MemberOf):
        return f"{value.short_name}, {value.position}"
    if name == "organisations":
        return f"{value['name']}, {value['position']}"
    if name == "children_birthdates":
        return format_day(value)
    return str(GENDERS.get(value, value) if name == "children_genders" else value)


def document_facts(document: Document) -> str:
    """A document in one line: its number, since when, by whom, until when, and what else is told of it."""
    number = " ".join(part for part in (document.series, document.number) if part)
    dates = (
        _("дата выдачи: %(day)s", day=format_day(document.issued_on.isoformat())) if document.issued_on else "",
        _("действует до %(day)s", day=format_day(document.expires_on.isoformat())) if document.expires_on else "",
    )
    latin = " ".join(part for part in (document.last_name, document.first_name) if part)
    act = _("запись акта %(number)s", number=document.act_number) if document.act_number else ""
    others = (document.issued_by, document.issuer_code, latin, document.medical_organisation, act)
    numbers = {document.policy_number, document.united_number} - {"", document.number}
    return ", ".join(part for part in (number, *dates, *others, *sorted(numbers)) if part)
