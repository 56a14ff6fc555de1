"""Identifiers of a citizen: one spelling for each, and what makes it wrong."""

import re

from stdnum.exceptions import ValidationError
from stdnum.ru import inn as inn_rules
from stdnum.ru import ogrn as ogrn_rules

PHONE = re.compile(r"(?:\+7|8) ?(\d{10})\Z", re.ASCII)
EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+\Z")
SNILS = re.compile(r"(\d{3})-?(\d{3})-?(\d{3})[- ]?(\d{2})\Z", re.ASCII)
LAST_SNILS_WITHOUT_CHECK = 1_001_998


class IdentifierMalformed(ValueError):
    """The text cannot be such an identifier."""


def phone(text: str) -> str:
    """A Russian number in E.164 from `+7XXXXXXXXXX`, `+7 XXXXXXXXXX` or `8XXXXXXXXXX`. Raises IdentifierMalformed."""
    match = PHONE.match(text)
    if not match:
        raise IdentifierMalformed("phone")
    return f"+7{match[1]}"


def email(text: str) -> str:
    """An address in lower case. Raises IdentifierMalformed."""
    if not EMAIL.match(text) or len(text) > 254:
        raise IdentifierMalformed("email")
    return text.lower()


def snils(text: str) -> str:
    """A СНИЛС as `XXX-XXX-XXX YY`, with its check digits verified. Raises IdentifierMalformed.

    Numbers up to 001-001-998 were given out before check digits existed (ПФР).
    """
    match = SNILS.match(text)
    if not match:
        raise IdentifierMalformed("snils")
    number, check = match[1] + match[2] + match[3], int(match[4])
    if int(number) > LAST_SNILS_WITHOUT_CHECK:
        weighted = sum(int(digit) * (9 - place) for place, digit in enumerate(number))
        if weighted % 101 % 100 != check:
            raise IdentifierMalformed("snils")
    return f"{match[1]}-{match[2]}-{match[3]} {match[4]}"


def inn(text: str) -> str:
    """The ИНН of a person, 12 digits, with its check digits verified. Raises IdentifierMalformed."""
    if not (len(text) == 12 and text.isascii() and text.isdecimal()):
        raise IdentifierMalformed("inn")
    try:
        inn_rules.validate(text)
    except ValidationError:
        raise IdentifierMalformed("inn") from None
    return text


def organisation_inn(text: str) -> str:
    """The ИНН of an organisation, 10 digits, with its check digit verified. Raises IdentifierMalformed."""
    if not (len(text) == 10 and text.isascii() and text.isdecimal() and inn_rules.is_valid(text)):
        raise IdentifierMalformed("inn")
    return text


def ogrn(text: str) -> str:
    """The ОГРН of an organisation, 13 digits, with its check digit verified. Raises IdentifierMalformed."""
    if not (len(text) == 13 and text.isascii() and text.isdecimal() and ogrn_rules.is_valid(text)):
        raise IdentifierMalformed("ogrn")
    return text


def masked_email(address: str) -> str:
    """`vera@example.test` as `v•••@example.test`."""
    name, _, host = address.partition("@")
    return f"{name[:1]}•••@{host}"


def spaced_phone(number: str | None) -> str | None:
    """`+79161234567` as `+7 9161234567`, for its owner."""
    return f"{number[:2]} {number[2:]}" if number else None


def masked_phone(number: str) -> str:
    """`+70000000017` as `+7 000 •••-••-17`, for pages that only remind."""
    return f"{number[:2]} {number[2:5]} •••-••-{number[-2:]}"


def masked_number(number: str | None) -> str | None:
    """`0000000000000017` as `•• 0017`: an account or a card that only its owner recognises. A bank tells no more of them."""
    return f"•• {number[-4:]}" if number else None
