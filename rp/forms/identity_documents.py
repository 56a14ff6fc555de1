"""Documents that say who somebody is: their kinds, and how the number of each is written."""

import re
from dataclasses import dataclass

from ground.web.language import LazyText, lazy_gettext
from ground.web.language import gettext as _
from rp.forms.formats import FieldRefused

LOOKALIKES = str.maketrans("ХІУЛ", "XIVL")
"""A numeral is often typed on a Russian keyboard."""


@dataclass(frozen=True)
class DocumentKind:
    """One kind. `pattern` is looked for in the text without spaces, numeral signs and hyphens; `spelling` joins its groups."""

    name: str
    label: LazyText
    hint: LazyText
    pattern: re.Pattern[str]
    spelling: str


PASSPORT = DocumentKind(
    "passport_rf",
    lazy_gettext("Паспорт гражданина России"),
    lazy_gettext("Серия и номер: 4 и 6 цифр, например 0000 000017."),
    re.compile(r"([0-9]{4})([0-9]{6})"),
    r"\1 \2",
)
FOREIGN_PASSPORT = DocumentKind(
    "foreign_passport",
    lazy_gettext("Заграничный паспорт"),
    lazy_gettext("Серия и номер: 2 и 7 цифр, например 00 0000017."),
    re.compile(r"([0-9]{2})([0-9]{7})"),
    r"\1 \2",
)
BIRTH_CERTIFICATE = DocumentKind(
    "birth_certificate",
    lazy_gettext("Свидетельство о рождении"),
    lazy_gettext("Римская цифра, две русские буквы и 6 цифр, например I-АА 000017."),
    re.compile(r"([IVXLХІУЛ]{1,6})([А-ЯЁ]{2})([0-9]{6})"),
    r"\1-\2 \3",
)
RESIDENCE_PERMIT = DocumentKind(
    "residence_permit",
    lazy_gettext("Вид на жительство"),
    lazy_gettext("Серия и номер: 2 и 7 цифр, например 82 0000017."),
    re.compile(r"([0-9]{2})([0-9]{7})"),
    r"\1 \2",
)
PASSPORT_OF_ANOTHER_STATE = DocumentKind(
    "passport_of_another_state",
    lazy_gettext("Паспорт иностранного гражданина"),
    lazy_gettext("Латинские буквы и цифры, от 5 до 15 знаков."),
    re.compile(r"([A-Z0-9]{5,15})"),
    r"\1",
)
DOCUMENT_KINDS = {
    kind.name: kind for kind in (PASSPORT, FOREIGN_PASSPORT, BIRTH_CERTIFICATE, RESIDENCE_PERMIT, PASSPORT_OF_ANOTHER_STATE)
}


def read_document_number(kind: DocumentKind, text: str) -> str:
    """Series and number of a document of that kind in one spelling. Raises FieldRefused with the kind's own sentence."""
    if not text.strip():
        raise FieldRefused(_("Введите серию и номер документа."))
    match = kind.pattern.fullmatch(re.sub(r"[ №-]", "", text.upper()))
    if match is None:
        raise FieldRefused(str(kind.hint))
    if kind is BIRTH_CERTIFICATE:
        numeral = match[1].translate(LOOKALIKES)
        return f"{numeral}-{match[2]} {match[3]}"
    return match.expand(kind.spelling)


def read_passport(text: str) -> str:
    """Series and number of the passport of a citizen of Russia as `0000 000017`. Raises FieldRefused."""
    return read_document_number(PASSPORT, text)
