"""The fields of «Подтверждение данных», and what differs between what was typed and what the register knows."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from ground.web.language import gettext as _
from rp.forms.form import Field, Form
from rp.forms.formats import read_email, read_phone
from rp.forms.identity_documents import DOCUMENT_KINDS, read_document_number
from rp.patients.confirmation import Confirmation
from rp.patients.directory import Person
from rp.requests.kinds.identity import check_document, identity_fields, known_texts

DOCUMENT = ("document_kind", "document_number")
CONTACTS = ("phone", "email")


def confirmation_form(*, today: date, checks_inn: bool) -> Form:
    """Who the person is, the document that says so, and how to reach them."""
    contacts = (
        Field(
            "phone",
            lambda: _("Телефон"),
            read_phone,
            widget="phone",
            hint=lambda: _("11 цифр подряд, начинается с +7 или 8."),
            missing=lambda: _("Введите телефон."),
            autocomplete="tel",
        ),
        Field(
            "email",
            lambda: _("Электронная почта"),
            read_email,
            widget="email",
            missing=lambda: _("Введите электронную почту."),
            max_characters=254,
            autocomplete="email",
        ),
    )
    return Form((*identity_fields(today=today, checks_inn=checks_inn), *contacts), early_checks=(check_document,))


def texts_of(person: Person, confirmation: Confirmation | None, claims: Mapping[str, Any]) -> dict[str, str]:
    """What stands in the fields at first: what the register knows, and where it knows nothing, what the provider said."""
    texts = known_texts(person) | {"phone": person.phone or "", "email": person.email or ""}
    if confirmation is not None:
        texts |= {"document_kind": confirmation.document_kind, "document_number": confirmation.document_number}
    if not texts["document_number"] and claims.get("passport_series") and claims.get("passport_number"):
        number = f"{claims['passport_series']} {claims['passport_number']}"
        texts |= {"document_kind": "passport_rf", "document_number": number}
    vouched = {"inn": "inn", "phone": "phone_number", "email": "email"}
    return texts | {name: str(claims[claim]) for name, claim in vouched.items() if not texts[name] and claims.get(claim)}


def contacts_of(values: Mapping[str, Any]) -> dict[str, str]:
    """The contacts that were read."""
    return {name: values[name] for name in CONTACTS}


def document_of(values: Mapping[str, Any]) -> tuple[str, str]:
    """Kind and number of the document that was read, in one spelling."""
    kind = DOCUMENT_KINDS[values["document_kind"]]
    return kind.name, read_document_number(kind, values["document_number"])


def differences(values: Mapping[str, Any], person: Person, confirmation: Confirmation | None) -> dict[str, str]:
    """What was read of who somebody is that the register does not know so, as texts for a request of the kind `identity`."""
    read = {name: _text(values[name]) for name in known_texts(person) if name not in DOCUMENT}
    changed = {name: text for name, text in read.items() if text != known_texts(person)[name]}
    kind, number = document_of(values)
    known = {("passport_rf", person.passport)}
    if confirmation is not None:
        known.add((confirmation.document_kind, confirmation.document_number))
    return changed if (kind, number) in known else changed | {"document_kind": kind, "document_number": number}


def _text(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)
