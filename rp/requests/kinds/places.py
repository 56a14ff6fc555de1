"""Fields that applications for a visit share: where, and on which day."""

from collections.abc import Sequence
from datetime import date, timedelta

from ground.web.language import gettext as _
from rp.forms.form import Field
from rp.forms.formats import FieldRefused, read_coming_day
from rp.organisations.directory import organisations_of_kinds
from rp.requests.kind import Asking

LONGEST_WAIT_DAYS = 365
COMMENT_CHARACTERS = 1000


def place_field(asking: Asking, *, kinds: Sequence[str]) -> Field:
    """Which organisation of these kinds is asked for a visit: the value is its id."""
    found = organisations_of_kinds(asking.connection, kinds)
    options = [(each.id, each.name) for each in found]
    return Field(
        "place",
        lambda: _("Где"),
        widget="choice",
        options=lambda: options,
        missing=lambda: _("Выберите, где."),
    )


def day_field(asking: Asking) -> Field:
    """The day of the visit: not past, and not farther off than anybody plans."""
    today = asking.today

    def read(text: str) -> date:
        day = read_coming_day(text.strip(), today=today)
        if day > today + timedelta(days=LONGEST_WAIT_DAYS):
            raise FieldRefused(_("Выберите день не дальше чем через год."))
        return day

    return Field(
        "day",
        lambda: _("Желаемый день"),
        read,
        widget="date",
        hint=lambda: _("Например, %(day)s", day=today + timedelta(days=7)),
        missing=lambda: _("Укажите день."),
    )


def comment_field() -> Field:
    """Whatever else there is to say."""
    return Field(
        "comment",
        lambda: _("Что ещё важно знать"),
        widget="long",
        hint=lambda: _("Можно не заполнять"),
        is_required=False,
        max_characters=COMMENT_CHARACTERS,
    )
