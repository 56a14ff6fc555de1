"""The form by which one person trusts another."""

from datetime import date

from ground.web.language import gettext as _
from rp.forms.form import Field, Form, FormRead
from rp.forms.formats import FieldRefused, read_day, read_snils
from rp.relations.representations import GrantRefused

LONGEST_YEARS = 10
MAX_LABEL = 60


def trust_form(today: date) -> Form:
    """The form as it is on that day."""

    def read_last_day(text: str) -> date:
        day = read_day(text)
        if day < today:
            raise FieldRefused(_("Этот день уже прошёл."))
        if (day.year - LONGEST_YEARS, day.month, day.day) > (today.year, today.month, today.day):
            raise FieldRefused(_("Доверить можно не дольше чем на %(number)s лет.", number=LONGEST_YEARS))
        return day

    return Form(
        (
            Field(
                "label",
                lambda: _("Кто это"),
                hint=lambda: _("Как вы его зовёте, например «Дочь Анна». Видно только вам."),
                max_characters=MAX_LABEL,
                autocomplete="off",
            ),
            Field(
                "snils",
                lambda: _("СНИЛС того, кому вы доверяете"),
                read=read_snils,
                hint=lambda: _("Например, 000-000-018 00. Есть ли этот человек в регистре, мы не говорим."),
                max_characters=20,
                autocomplete="off",
            ),
            Field(
                "last_day",
                lambda: _("Последний день доверия"),
                read=read_last_day,
                widget="date",
                hint=lambda: _("Например, 2027-03-31. Оставьте пустым, если срока нет: отозвать можно в любой день."),
                is_required=False,
            ),
        )
    )


def refused(read: FormRead, refusal: GrantRefused) -> FormRead:
    """The form with what the register said against it."""
    sentences = {
        "oneself": ("snils", _("Это ваш собственный СНИЛС.")),
        "minor": ("snils", _("Доверять другим можно с 18 лет.")),
        "many": ("snils", _("Вы уже доверяете десяти людям. Отзовите у кого-нибудь доверие.")),
    }
    name, sentence = sentences[refusal.reason]
    return read.with_errors({name: sentence})
