"""Fields that the forms of several record types have."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from ground.web.language import format_day
from ground.web.language import gettext as _
from rp.forms.form import Field
from rp.forms.formats import FieldRefused, read_day, read_past_day
from rp.records.resource import EARLIEST

KEPT = "kept"
"""The choice that leaves as it is what the source of a corrected record told and our lists do not have."""
Options = Sequence[tuple[str, str]]


def choice_field(
    name: str, label: Callable[[], str], options: Options, *, kept: str = "", is_required: bool = True, hint: str = ""
) -> Field:
    """A choice of a list, and of what the corrected record says where the list does not have it."""
    offered = [*options, *([(KEPT, kept)] if kept else [])]
    return Field(
        name,
        label,
        widget="choice",
        options=lambda: offered,
        is_required=is_required,
        hint=(lambda: hint) if hint else None,
    )


def day_field(name: str, label: Callable[[], str], *, today: date | None, is_required: bool = True) -> Field:
    """A day since the disease is known; up to `today`, where it must have come already."""
    return Field(
        name,
        label,
        read=lambda text: _read_day(text, today),
        widget="date",
        hint=lambda: _("Год, месяц, день: 2026-03-11"),
        is_required=is_required,
        max_characters=10,
        missing=lambda: _("Введите дату."),
    )


def is_as_told(told: Mapping[str, str], values: Mapping[str, Any], name: str) -> bool:
    """Does a correction choose what the record, whose `values_of` are `told`, says already? Then its own words stay."""
    return bool(told.get(name)) and values.get(name) == told[name]


def _read_day(text: str, today: date | None) -> date:
    day = read_day(text) if today is None else read_past_day(text, today=today)
    if day < EARLIEST:
        raise FieldRefused(_("Регистр ведётся с %(day)s.", day=format_day(EARLIEST)))
    return day
