"""What people type, read into one spelling, or refused with the sentence that stands at the field.

Every reader takes the text as it came and raises FieldRefused. Digits are the ten of ASCII: what only looks like a digit is none.
"""

import re
from collections.abc import Sequence
from datetime import date

from stdnum import luhn
from stdnum.exceptions import ValidationError
from stdnum.ru import inn as inn_rules
from stdnum.ru import ogrn as ogrn_rules

from ground.web.language import gettext as _

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
PHONE = re.compile(r"(?:\+7|8)([0-9]{10})")
EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")
SNILS = re.compile(r"([0-9]{3})-?([0-9]{3})-?([0-9]{3})[- ]?([0-9]{2})")
NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[ '’.-](?=[^\W\d_])|\.\Z)*")
LAST_SNILS_WITHOUT_CHECK = 1_001_998
"""Numbers up to 001-001-998 were given out before check digits existed (ПФР)."""
FIRST_YEAR = 1900
INN_DIGITS, ORGANISATION_INN_DIGITS, OGRN_DIGITS, POLICY_DIGITS, UNRZ_DIGITS, CODE_DIGITS = 12, 10, 13, 16, 16, 6
MAX_EMAIL_CHARACTERS, MAX_NAME_CHARACTERS = 254, 100


class FieldRefused(ValueError):
    """The text does not do for its field. `message` is the sentence for the person who typed it, in their language."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def read_inn(text: str, *, checks_digits: bool = True) -> str:
    """The ИНН of a person, twelve digits. A wrong form and wrong check digits have sentences of their own."""
    if not text:
        raise FieldRefused(_("Введите ИНН."))
    if not _is_digits(text, INN_DIGITS):
        raise FieldRefused(_("ИНН состоит из 12 цифр, без пробелов и других знаков."))
    if checks_digits and not inn_rules.is_valid(text):
        raise FieldRefused(_("В ИНН опечатка: контрольные цифры не сходятся."))
    return text


def read_organisation_inn(text: str) -> str:
    """The ИНН of an organisation, ten digits."""
    if not _is_digits(text, ORGANISATION_INN_DIGITS):
        raise FieldRefused(_("ИНН организации состоит из 10 цифр."))
    if not inn_rules.is_valid(text):
        raise FieldRefused(_("В ИНН опечатка: контрольные цифры не сходятся."))
    return text


def read_ogrn(text: str) -> str:
    """The ОГРН of an organisation, thirteen digits."""
    if not _is_digits(text, OGRN_DIGITS):
        raise FieldRefused(_("ОГРН состоит из 13 цифр."))
    if not ogrn_rules.is_valid(text):
        raise FieldRefused(_("В ОГРН опечатка: контрольная цифра не сходится."))
    return text


def read_day(text: str) -> date:
    """A day written as 1984-02-14 and in no other way. The sentence is a requirement, letter by letter."""
    if not text:
        raise FieldRefused(_("Введите дату."))
    try:
        day = date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None or day.year < FIRST_YEAR:
        raise FieldRefused(_("Неверный формат даты"))
    return day


def read_past_day(text: str, *, today: date) -> date:
    """A day that has come already; today is one."""
    day = read_day(text)
    if day > today:
        raise FieldRefused(_("Эта дата ещё не наступила."))
    return day


def read_coming_day(text: str, *, today: date) -> date:
    """A day that is not over yet; today is one."""
    day = read_day(text)
    if day < today:
        raise FieldRefused(_("Эта дата уже прошла."))
    return day


def read_birth_date(text: str, *, today: date) -> date:
    """A birthday: a day that has come already."""
    if not text:
        raise FieldRefused(_("Введите дату рождения."))
    return read_past_day(text, today=today)


def read_phone(text: str) -> str:
    """A telephone of Russia in E.164, from `+7XXXXXXXXXX` or `8XXXXXXXXXX` without any other sign."""
    if not text:
        raise FieldRefused(_("Введите телефон."))
    match = PHONE.fullmatch(text)
    if match is None:
        raise FieldRefused(_("Телефон: 11 цифр подряд, начинается с +7 или 8."))
    return f"+7{match[1]}"


def read_email(text: str) -> str:
    """An address of mail in lower case: something, one @, and a domain with a dot and without spaces."""
    if not text:
        raise FieldRefused(_("Введите электронную почту."))
    if not EMAIL.fullmatch(text) or not text.isprintable() or len(text) > MAX_EMAIL_CHARACTERS:
        raise FieldRefused(_("В адресе почты нужны знак @ и домен без пробелов, например vera@example.test."))
    return text.lower()


def read_snils(text: str) -> str:
    """The eleven digits of a СНИЛС, typed with hyphens and space or without."""
    if not text:
        raise FieldRefused(_("Введите СНИЛС."))
    match = SNILS.fullmatch(text)
    if match is None:
        raise FieldRefused(_("СНИЛС состоит из 11 цифр, например 000-000-017 00."))
    number, check = match[1] + match[2] + match[3], match[4]
    if int(number) > LAST_SNILS_WITHOUT_CHECK and snils_check_digits(number) != check:
        raise FieldRefused(_("В СНИЛС опечатка: контрольные цифры не сходятся."))
    return number + check


def snils_check_digits(number: str) -> str:
    """The two check digits of a nine-digit number."""
    total = sum(int(digit) * weight for digit, weight in zip(number, range(9, 0, -1), strict=True))
    return f"{total % 101 % 100:02d}"


def show_snils(snils: str) -> str:
    """Eleven digits as `112-233-445 95`."""
    return f"{snils[:3]}-{snils[3:6]}-{snils[6:9]} {snils[9:]}"


def read_policy(text: str) -> str:
    """The number of an insurance policy (ЕНП), sixteen digits of which the last one checks the others."""
    if not text:
        raise FieldRefused(_("Введите номер полиса."))
    if not _is_digits(text, POLICY_DIGITS):
        raise FieldRefused(_("Номер полиса состоит из 16 цифр."))
    try:
        luhn.validate(text)
    except ValidationError:
        raise FieldRefused(_("В номере полиса опечатка: контрольная цифра не сходится.")) from None
    return text


def read_unrz(text: str) -> str:
    """The number of a record of the register (УНРЗ), which is the number of a certificate too: sixteen digits."""
    if not _is_digits(text, UNRZ_DIGITS):
        raise FieldRefused(_("Номер записи регистра (УНРЗ) состоит из 16 цифр."))
    return text


def read_code(text: str) -> str:
    """A one-time code, six digits."""
    if not text:
        raise FieldRefused(_("Введите код из SMS."))
    if not _is_digits(text, CODE_DIGITS):
        raise FieldRefused(_("Код состоит из шести цифр."))
    return text


def read_name(text: str) -> str:
    """A name of a person: letters of any script, and between them hyphens, apostrophes, points and single spaces."""
    name = " ".join(text.split())
    if not name:
        raise FieldRefused(_("Заполните это поле."))
    if len(name) > MAX_NAME_CHARACTERS or not NAME.fullmatch(name):
        raise FieldRefused(_("В имени могут быть только буквы, дефис, апостроф и пробел."))
    return name


def read_text(text: str, *, most_characters: int = 1000) -> str:
    """A text in a person's own words, not empty and not too long. Line breaks stay, other control characters do not do."""
    words = text.strip()
    if not words:
        raise FieldRefused(_("Заполните это поле."))
    if len(words) > most_characters:
        raise FieldRefused(_("Слишком длинно: помещается %(number)s знаков.", number=most_characters))
    if not all(character.isprintable() or character in "\r\n\t" for character in words):
        raise FieldRefused(_("В тексте есть знаки, которые нельзя показать."))
    return words


def read_choice(text: str, *, choices: Sequence[str]) -> str:
    """One of the values of a list."""
    if text not in choices:
        raise FieldRefused(_("Выберите из списка."))
    return text


def _is_digits(text: str, number: int) -> bool:
    return len(text) == number and text.isascii() and text.isdecimal()
