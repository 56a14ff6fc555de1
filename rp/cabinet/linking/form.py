"""The form of the register: five fields, each with its own format and its own sentences."""

from datetime import date

from ground.web.language import gettext as _
from rp.forms.form import Field, Form
from rp.forms.formats import read_birth_date, read_code, read_email, read_inn, read_phone

MAX_CHARACTERS = 60
"""More than any of these needs: what is too long is told by the format's own sentence."""


def linking_form(*, today: date, checks_inn: bool) -> Form:
    """The form as of this day. `checks_inn`: are the check digits of the ИНН looked at?"""
    return Form(
        (
            Field(
                "inn",
                label=lambda: _("Идентификационный номер (ИНН)"),
                read=lambda text: read_inn(text, checks_digits=checks_inn),
                widget="digits",
                hint=lambda: _("12 цифр подряд."),
                missing=lambda: _("Введите ИНН."),
                max_characters=MAX_CHARACTERS,
            ),
            Field(
                "birth_date",
                label=lambda: _("Дата рождения"),
                read=lambda text: read_birth_date(text, today=today),
                widget="date",
                hint=lambda: _("ГГГГ-ММ-ДД, например 1984-02-14."),
                missing=lambda: _("Введите дату рождения."),
                max_characters=MAX_CHARACTERS,
                autocomplete="bday",
            ),
            Field(
                "phone",
                label=lambda: _("Контактный телефон"),
                read=read_phone,
                widget="phone",
                hint=lambda: _("11 цифр подряд, начинается с +7 или 8."),
                missing=lambda: _("Введите телефон."),
                max_characters=MAX_CHARACTERS,
                autocomplete="tel",
            ),
            Field(
                "email",
                label=lambda: _("Электронная почта"),
                read=read_email,
                widget="email",
                missing=lambda: _("Введите электронную почту."),
                max_characters=254,
                autocomplete="email",
            ),
            Field(
                "code",
                label=lambda: _("Код из SMS, шесть цифр"),
                read=read_code,
                widget="digits",
                missing=lambda: _("Введите код из SMS."),
                max_characters=MAX_CHARACTERS,
                autocomplete="one-time-code",
            ),
        )
    )
