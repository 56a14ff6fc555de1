"""Identifiers of a citizen: their forms and check digits (vectors of the mission, section D1)."""

import pytest

from idp.citizens import identifiers
from idp.citizens.identifiers import IdentifierMalformed


@pytest.mark.parametrize("text", ["+79161234567", "89161234567", "+7 9161234567", "8 9161234567"])
def test_r012_phone_has_one_spelling_whichever_form_is_typed(text: str) -> None:
    assert identifiers.phone(text) == "+79161234567"


@pytest.mark.parametrize(
    "text",
    [
        "", "9161234567", "+89161234567", "79161234567", "+7916123456", "+791612345678", "8916123456a", "+7(916)1234567",
        "+7916 1234567", "+79161234567\n", "８9161234567", "+7٩161234567", "+7  9161234567",
    ],
)  # fmt: skip
def test_text_of_another_form_is_no_phone(text: str) -> None:
    with pytest.raises(IdentifierMalformed):
        identifiers.phone(text)


@pytest.mark.parametrize(
    ("text", "spelling"),
    [("Vera@Example.TEST", "vera@example.test"), ("a+b@c.d.test", "a+b@c.d.test"), ("вера@пример.тест", "вера@пример.тест")],
)
def test_email_is_compared_without_regard_to_case(text: str, spelling: str) -> None:
    assert identifiers.email(text) == spelling


@pytest.mark.parametrize(
    "text",
    [
        "",
        "vera",
        "vera@",
        "@example.test",
        "vera@example",
        "a@b@c.test",
        "a b@c.test",
        "a@c..test",
        "a@c.test\n",
        "a" * 250 + "@c.test",
    ],
)
def test_text_of_another_form_is_no_email(text: str) -> None:
    with pytest.raises(IdentifierMalformed):
        identifiers.email(text)


@pytest.mark.parametrize(
    ("text", "spelling"),
    [
        ("112-233-445 95", "112-233-445 95"),
        ("11223344595", "112-233-445 95"),
        ("112-233-445-95", "112-233-445 95"),
        ("112233445 95", "112-233-445 95"),
        ("087-654-303 00", "087-654-303 00"),
        ("000-000-017 00", "000-000-017 00"),
        ("001-001-998 99", "001-001-998 99"),
    ],
)
def test_right_snils_has_one_spelling(text: str, spelling: str) -> None:
    assert identifiers.snils(text) == spelling


@pytest.mark.parametrize(
    "text",
    [
        "",
        "112-233-445 96",
        "112-233-445 9",
        "112-233-445 955",
        "112 233 445 95",
        "001-001-999 00",
        "112-233-44595\n",
        "٣12-233-445 95",
    ],
)
def test_snils_with_wrong_check_digits_or_form_is_refused(text: str) -> None:
    with pytest.raises(IdentifierMalformed):
        identifiers.snils(text)


@pytest.mark.parametrize("digit", range(11))
def test_snils_with_one_digit_changed_is_refused(digit: int) -> None:
    right = "11223344595"
    changed = right[:digit] + str((int(right[digit]) + 1) % 10) + right[digit + 1 :]
    with pytest.raises(IdentifierMalformed):
        identifiers.snils(changed)


@pytest.mark.parametrize("text", ["500100732259", "123456789047"])
def test_right_inn_is_accepted(text: str) -> None:
    assert identifiers.inn(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "500100732258",
        "012345678901",
        "7707083893",
        "50010073225",
        "5001007322590",
        "50010073225a",
        "500100732259 ",
        "٥00100732259",
    ],
)
def test_inn_of_an_organisation_or_with_wrong_check_digits_is_refused(text: str) -> None:
    with pytest.raises(IdentifierMalformed):
        identifiers.inn(text)


def test_masked_phone_keeps_the_code_and_the_last_two_digits_only() -> None:
    assert identifiers.masked_phone("+79161234567") == "+7 916 •••-••-67"
