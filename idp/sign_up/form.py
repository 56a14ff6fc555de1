"""What somebody types to sign up: judged field by field, so that each mistake stands beside its own field."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ground.web.language import LazyText, lazy_gettext
from ground.web.language import gettext as _
from idp.authentication.method import Refusal
from idp.authentication.methods.password.rules import check_new_password
from idp.citizens import identifiers, names
from idp.citizens.identifiers import IdentifierMalformed

KEPT = ("family_name", "given_name", "middle_name", "phone", "email")
"""What is shown again when something else is wrong. Never a password."""
FIELDS: Mapping[str, tuple[Callable[[str], str], LazyText]] = {
    "family_name": (names.name, lazy_gettext("Напишите фамилию буквами, не длиннее 60 знаков.")),
    "given_name": (names.name, lazy_gettext("Напишите имя буквами, не длиннее 60 знаков.")),
    "middle_name": (names.name, lazy_gettext("Напишите отчество буквами, не длиннее 60 знаков.")),
    "phone": (identifiers.phone, lazy_gettext("Нужен номер в виде +7 XXXXXXXXXX.")),
    "email": (identifiers.email, lazy_gettext("Это не похоже на адрес почты.")),
}
MAY_BE_EMPTY = ("middle_name", "phone", "email")


@dataclass(frozen=True)
class Wanted:
    """Whom somebody wants to be here; the password only as its hash."""

    family_name: str
    given_name: str
    middle_name: str | None
    phone: str | None
    email: str | None
    password_hash: str
    return_path: str

    def as_fields(self) -> dict[str, Any]:
        return asdict(self)


def judge(form: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The fields in one spelling, and what is wrong with others. Whatever else a form brings is not read."""
    good: dict[str, str] = {}
    errors: dict[str, str] = {}
    for name, (normalise, sentence) in FIELDS.items():
        text = form.get(name, "").strip()
        if not text and name in MAY_BE_EMPTY:
            continue
        try:
            good[name] = normalise(text)
        except IdentifierMalformed:
            errors[name] = str(sentence)
    if not ({"phone", "email"} & (good.keys() | errors.keys())):
        errors["phone"] = _("Укажите телефон или почту: туда придёт код.")
    password = form.get("new-password", "")
    try:
        check_new_password(password)
    except Refusal as refusal:
        errors["new-password"] = refusal.text
    else:
        if form.get("new-password-again", "") != password:
            errors["new-password-again"] = _("Пароли не совпадают.")
    return good, errors


def kept(form: Mapping[str, str]) -> dict[str, str]:
    """What the page shows again of what was typed; nobody's name is longer."""
    return {name: form.get(name, "")[:254] for name in KEPT}
