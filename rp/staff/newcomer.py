"""The person who comes into the register with a first record."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from ground.web.language import gettext as _
from ground.web.language import local_moment
from rp.forms.form import Field, Form
from rp.forms.formats import read_birth_date, read_inn, read_name, read_phone, read_policy, read_snils
from rp.patients.directory import Person
from rp.realm import current_realm


def _read_birth_date(text: str) -> date:
    return read_birth_date(text, today=local_moment(current_realm().clock.now()).date())


NEWCOMER = Form(
    (
        Field("family_name", lambda: _("Фамилия"), read=read_name, max_characters=100),
        Field("given_name", lambda: _("Имя"), read=read_name, max_characters=100),
        Field("middle_name", lambda: _("Отчество, если есть"), read=read_name, is_required=False, max_characters=100),
        Field(
            "birth_date",
            lambda: _("Дата рождения"),
            read=_read_birth_date,
            widget="date",
            hint=lambda: _("Год, месяц, день: 1984-02-14"),
            max_characters=10,
        ),
        Field(
            "gender",
            lambda: _("Пол"),
            widget="choice",
            options=lambda: (("female", _("женский")), ("male", _("мужской"))),
        ),
        Field("snils", lambda: _("СНИЛС"), read=read_snils, widget="digits", max_characters=14),
        Field("inn", lambda: _("ИНН"), read=read_inn, widget="digits", is_required=False, max_characters=12),
        Field("policy", lambda: _("Номер полиса"), read=read_policy, widget="digits", is_required=False, max_characters=16),
        Field("phone", lambda: _("Телефон"), read=read_phone, widget="phone", is_required=False, max_characters=12),
    )
)


def person_of(values: Mapping[str, Any], *, region: str) -> Person:
    """The person of what was filled in; the region is that of the organisation where they came."""
    return Person(**values, region=region)
