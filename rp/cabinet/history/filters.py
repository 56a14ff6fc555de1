"""What of the history is shown: a type, a period, one source."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ground.web.language import gettext as _
from rp.forms.form import Field, Form
from rp.forms.formats import read_day
from rp.records.catalogue import RECORD_TYPES
from rp.records.record_type import Record

MAX_ORGANISATION_CHARACTERS = 2000


def filter_form(organisations: Sequence[str]) -> Form:
    """The filters, with the organisations that the person's records come from. Nothing of it must be filled in."""
    hint = _("Год, месяц, день: 2026-03-11")
    return Form(
        (
            Field(
                "type",
                lambda: _("Вид записей"),
                widget="choice",
                options=lambda: [(kind.name, kind.title()) for kind in RECORD_TYPES],
                is_required=False,
            ),
            Field("since", lambda: _("С какого дня"), read_day, "date", lambda: hint, is_required=False, max_characters=10),
            Field("until", lambda: _("По какой день"), read_day, "date", lambda: hint, is_required=False, max_characters=10),
            Field(
                "source",
                lambda: _("Где сделано"),
                widget="choice",
                options=lambda: [(name, name) for name in organisations],
                is_required=False,
                max_characters=MAX_ORGANISATION_CHARACTERS,
            ),
        ),
        checks=(_is_period,),
    )


def organisations_of(records: Iterable[Record]) -> list[str]:
    """The organisations of some records by the alphabet."""
    return sorted({record.organisation for record in records}, key=str.casefold)


def passes(record: Record, values: Mapping[str, Any]) -> bool:
    """Is the record what is looked for?"""
    return (
        values["type"] in (None, record.type_name)
        and values["source"] in (None, record.organisation)
        and (values["since"] is None or record.occurred_on >= values["since"])
        and (values["until"] is None or record.occurred_on <= values["until"])
    )


def _is_period(values: Mapping[str, Any]) -> Mapping[str, str]:
    is_backward = values["since"] and values["until"] and values["until"] < values["since"]
    return {"until": _("Конец периода раньше начала.")} if is_backward else {}
