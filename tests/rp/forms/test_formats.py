"""Every format of the forms: what is taken, in which spelling, and with which sentence the rest is refused."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from rp.forms import formats
from rp.forms.formats import FieldRefused
from rp.forms.identity_documents import DOCUMENT_KINDS, read_document_number, read_passport

TODAY = date(2026, 11, 22)


def refusal(reader: Callable[..., Any], text: str, **options: Any) -> str:
    with pytest.raises(FieldRefused) as refused:
        reader(text, **options)
    return refused.value.message


@pytest.mark.parametrize("text", ["500100732259", "123456789047", "000000001773"])
def test_r066_inn_of_twelve_digits_is_taken(text: str) -> None:
    assert formats.read_inn(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "50010073225",
        "5001007322590",
        "5001 00732259",
        "50010073225a",
        "５００１００７３２２５９",
        " 500100732259",
        "500100732259\n",
        "٥٠٠١٠٠٧٣٢٢٥٩",
    ],
)
def test_r066_anything_but_twelve_digits_is_no_inn(text: str) -> None:
    assert refusal(formats.read_inn, text) == "ИНН состоит из 12 цифр, без пробелов и других знаков."


@pytest.mark.parametrize("text", ["500100732258", "012345678901", "500100732249"])
def test_r066_check_digits_have_a_sentence_of_their_own(text: str) -> None:
    assert refusal(formats.read_inn, text) == "В ИНН опечатка: контрольные цифры не сходятся."
    assert formats.read_inn(text, checks_digits=False) == text


@pytest.mark.parametrize("text", ["1980-01-01", "1900-01-01", "2020-02-29", TODAY.isoformat()])
def test_r067_birth_date_of_a_real_day_is_taken(text: str) -> None:
    assert formats.read_birth_date(text, today=TODAY).isoformat() == text


@pytest.mark.parametrize(
    "text",
    [
        "01.01.1980",
        "1980-1-1",
        "2021-02-29",
        "1980‑01‑01",
        "1899-12-31",
        "19800101",
        "1980-W01-1",
        "１９８０-01-01",
        "0000-00-00",
        " 1980-01-01",
    ],
)
def test_r067_r075_anything_else_is_a_wrong_format_of_date(text: str) -> None:
    assert refusal(formats.read_birth_date, text, today=TODAY) == "Неверный формат даты"


def test_r067_tomorrow_is_no_birth_date() -> None:
    tomorrow = (TODAY + timedelta(days=1)).isoformat()
    assert refusal(formats.read_birth_date, tomorrow, today=TODAY) == "Эта дата ещё не наступила."
    assert refusal(formats.read_birth_date, "9999-12-31", today=TODAY) == "Эта дата ещё не наступила."


def test_a_coming_day_is_today_or_later() -> None:
    assert formats.read_coming_day(TODAY.isoformat(), today=TODAY) == TODAY
    assert refusal(formats.read_coming_day, "2026-11-21", today=TODAY) == "Эта дата уже прошла."


@pytest.mark.parametrize("text", ["+79161234567", "89161234567"])
def test_r068_both_spellings_of_a_telephone_are_stored_the_same(text: str) -> None:
    assert formats.read_phone(text) == "+79161234567"


@pytest.mark.parametrize(
    "text",
    [
        "79161234567",
        "+7 916 1234567",
        "+7 9161234567",
        "8(916)1234567",
        "+7916123456",
        "+791612345678",
        "8916123456",
        "891612345678",
        "+89161234567",
        "+7９161234567",
        "+79161234567\n",
        "8 9161234567",
        "8-916-123-45-67",
        "++79161234567",
    ],
)
def test_r068_any_other_sign_is_no_telephone(text: str) -> None:
    assert refusal(formats.read_phone, text) == "Телефон: 11 цифр подряд, начинается с +7 или 8."


@pytest.mark.parametrize("text", ["a@b.ru", "Vera@Example.Test", "вера@пример.рф", "a+b@c.d.example"])
def test_r069_an_address_of_mail_is_taken(text: str) -> None:
    assert formats.read_email(text) == text.lower()


@pytest.mark.parametrize(
    "text", ["ab.ru", "a@b c.ru", "a@", "@b.ru", "a@@b.ru", "a@b", "a@.ru", "a@b.", "a b@c.ru", "a@b.ru\n", "a\0@b.ru"]
)
def test_r069_without_at_or_with_a_space_it_is_none(text: str) -> None:
    assert refusal(formats.read_email, text).startswith("В адресе почты нужны знак @ и домен без пробелов")


def test_r069_a_mile_of_letters_is_no_address() -> None:
    assert refusal(formats.read_email, "a" * 250 + "@b.ru")


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("112-233-445 95", "11223344595"),
        ("11223344595", "11223344595"),
        ("087-654-303 00", "08765430300"),
        ("000-000-017 00", "00000001700"),
        ("112-233-445-95", "11223344595"),
    ],
)
def test_r015_snils_is_read_in_any_usual_spelling(text: str, digits: str) -> None:
    assert formats.read_snils(text) == digits


def test_r015_check_digits_of_a_snils_have_a_sentence_of_their_own() -> None:
    assert refusal(formats.read_snils, "112-233-445 96") == "В СНИЛС опечатка: контрольные цифры не сходятся."
    for text in ("112-233-445", "112 233 445 95", "1122334459а", "112-233-445 955", "１１２-233-445 95"):
        assert refusal(formats.read_snils, text) == "СНИЛС состоит из 11 цифр, например 000-000-017 00."


def test_a_snils_is_shown_in_the_usual_spelling() -> None:
    assert formats.show_snils("11223344595") == "112-233-445 95"


def test_policy_is_sixteen_digits_and_the_last_checks() -> None:
    assert formats.read_policy("7799990853000117") == "7799990853000117"
    assert refusal(formats.read_policy, "7799990853000116") == "В номере полиса опечатка: контрольная цифра не сходится."
    assert refusal(formats.read_policy, "779999085300011") == "Номер полиса состоит из 16 цифр."


def test_organisations_have_ten_and_thirteen_digits() -> None:
    assert formats.read_organisation_inn("7707083893") == "7707083893"
    assert formats.read_ogrn("1027700132195") == "1027700132195"
    for reader, text in ((formats.read_organisation_inn, "7707083894"), (formats.read_ogrn, "1027700132196")):
        assert "опечатка" in refusal(reader, text)
    assert "10 цифр" in refusal(formats.read_organisation_inn, "500100732259")
    assert "13 цифр" in refusal(formats.read_ogrn, "102770013219")


def test_number_of_a_record_is_sixteen_digits() -> None:
    assert formats.read_unrz("9120000012345678") == "9120000012345678"
    assert "16 цифр" in refusal(formats.read_unrz, "912000001234567")


@pytest.mark.parametrize("text", ["12345", "1234567", "12345a", "１２３４５６", "123 456"])
def test_a_code_is_six_digits(text: str) -> None:
    assert formats.read_code("012345") == "012345"
    assert refusal(formats.read_code, text) == "Код состоит из шести цифр."


@pytest.mark.parametrize("text", ["Ромашкина", "Салтыков-Щедрин", "Анна Мария", "O’Neil", "д'Артаньян", "Ли", "Святослав мл."])
def test_names_are_letters_and_what_joins_them(text: str) -> None:
    assert formats.read_name(f" {text} ") == text


@pytest.mark.parametrize(
    "text", ["Вера1", "<b>", "Ромашкина--Лютикова", "-Вера", "Вера-", "В" * 101, "{{7*7}}", "=HYPERLINK(", "Вера\0"]
)
def test_nothing_else_is_a_name(text: str) -> None:
    assert refusal(formats.read_name, text) == "В имени могут быть только буквы, дефис, апостроф и пробел."


def test_own_words_are_short_and_can_be_shown() -> None:
    assert formats.read_text(" две\nстроки ") == "две\nстроки"
    assert refusal(formats.read_text, "а" * 11, most_characters=10) == "Слишком длинно: помещается 10 знаков."
    assert refusal(formats.read_text, "a\x1b[31m") == "В тексте есть знаки, которые нельзя показать."


def test_a_choice_is_one_of_the_list() -> None:
    assert formats.read_choice("b", choices=("a", "b")) == "b"
    assert refusal(formats.read_choice, "c", choices=("a", "b")) == "Выберите из списка."


def test_r065_r075_an_empty_field_has_its_own_sentence() -> None:
    sentences = [
        refusal(formats.read_inn, ""),
        refusal(formats.read_birth_date, "", today=TODAY),
        refusal(formats.read_phone, ""),
        refusal(formats.read_email, ""),
        refusal(formats.read_code, ""),
    ]
    assert len(set(sentences)) == 5


@pytest.mark.parametrize(
    ("kind", "text", "spelling"),
    [
        ("passport_rf", "4508123456", "4508 123456"),
        ("passport_rf", "45 08 123456", "4508 123456"),
        ("passport_rf", "45 08 № 123456", "4508 123456"),
        ("foreign_passport", "71 1234567", "71 1234567"),
        ("birth_certificate", "iv-мю 123456", "IV-МЮ 123456"),
        ("birth_certificate", "ХІ-АА № 123456", "XI-АА 123456"),
        ("residence_permit", "82 № 1234567", "82 1234567"),
        ("passport_of_another_state", "ab 1234567", "AB1234567"),
    ],
)
def test_r081_every_kind_of_document_has_its_own_format(kind: str, text: str, spelling: str) -> None:
    assert read_document_number(DOCUMENT_KINDS[kind], text) == spelling
    assert read_document_number(DOCUMENT_KINDS[kind], spelling) == spelling


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("passport_rf", "450812345"),
        ("passport_rf", "45081234567"),
        ("passport_rf", "45O8 123456"),
        ("passport_rf", "４５08 123456"),
        ("foreign_passport", "4508 123456"),
        ("birth_certificate", "123456"),
        ("birth_certificate", "IV-AB 123456"),
        ("residence_permit", "821234"),
        ("passport_of_another_state", "АВ1234567"),
    ],
)
def test_r081_what_is_not_in_it_is_refused_by_naming_it(kind: str, text: str) -> None:
    assert refusal(lambda typed: read_document_number(DOCUMENT_KINDS[kind], typed), text) == str(DOCUMENT_KINDS[kind].hint)


def test_r081_a_passport_is_four_and_six_digits() -> None:
    assert read_passport("0000000017") == "0000 000017"
    assert refusal(read_passport, " ") == "Введите серию и номер документа."
