"""People who do not exist: whatever a test does not say of a person is made up here.

Surnames are those of flowers, numbers are given to nobody: phones +7000…, СНИЛС below 001-001-998 (which have no check
digits), ИНН of a region 00 that there is not, e-mail under `example.test`.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import TypeVar

from stdnum import luhn
from stdnum.ru import inn as inn_rules

from ground.chance import Chance, draw_digits
from idp.citizens.models import PersonalData

SURNAMES = (
    ("Ромашкин", "romashkin"), ("Незабудкин", "nezabudkin"), ("Одуванчиков", "oduvanchikov"), ("Васильков", "vasilkov"),
    ("Колокольчиков", "kolokolchikov"), ("Подорожников", "podorozhnikov"), ("Подснежников", "podsnezhnikov"),
    ("Фиалкин", "fialkin"), ("Лютиков", "lyutikov"), ("Клеверов", "kleverov"), ("Шиповников", "shipovnikov"),
    ("Ландышев", "landyshev"), ("Бессмертников", "bessmertnikov"), ("Чистотелов", "chistotelov"), ("Мятликов", "myatlikov"),
)  # fmt: skip
GIVEN_NAMES = {
    "female": ("Вера", "Майя", "Анна", "Ольга", "Нина", "Дарья", "Елена", "Полина", "Ирина", "Зоя"),
    "male": ("Пётр", "Антон", "Иван", "Олег", "Глеб", "Семён", "Егор", "Фёдор", "Павел", "Юрий"),
}
MIDDLE_NAMES = {
    "female": ("Тимофеевна", "Андреевна", "Ильинична", "Сергеевна", "Петровна", "Олеговна", "Игоревна"),
    "male": ("Ильич", "Сергеевич", "Тимофеевич", "Андреевич", "Петрович", "Олегович", "Игоревич"),
}
REGIONS = ("77", "78", "70", "10", "16", "54", "66")
FIRST_BIRTHDATE = date(1940, 1, 1)
BIRTHDATES = 60 * 365
PASSPORT_AGE = 20
"""The second passport is given at twenty; everybody invented is older than that."""
DIGITS = 6
LOWEST_NUMBER = 1000
"""Smaller numbers belong to the seed."""

Choice = TypeVar("Choice")


def invent(chance: Chance, given: Mapping[str, str | None], *, is_free: Callable[[PersonalData], bool]) -> PersonalData:
    """A person with what is given, and everything else made up so that `is_free` agrees. A given None stays so.

    What is given is not changed, so the caller judges beforehand whether that is free.
    """
    gender = given.get("gender") or _draw(chance, "gender", ("female", "male"))
    surname, spelled = _draw(chance, "surname", SURNAMES)
    grammar = gender if gender in GIVEN_NAMES else "female"
    birthdate = FIRST_BIRTHDATE + timedelta(days=_draw(chance, "birthdate", range(BIRTHDATES)))
    described: dict[str, str | None] = {
        "family_name": surname + ("а" if grammar == "female" else ""),
        "given_name": _draw(chance, "given name", GIVEN_NAMES[grammar]),
        "middle_name": _draw(chance, "middle name", MIDDLE_NAMES[grammar]),
        "birthdate": birthdate.isoformat(),
        "gender": gender,
        "region": _draw(chance, "region", REGIONS),
    }
    described["passport_issued_on"] = _passport_day(given.get("birthdate") or birthdate.isoformat())
    while True:
        number = draw_digits(chance, "number of a person", DIGITS)
        if int(number) < LOWEST_NUMBER:
            continue
        person = PersonalData(**{**described, **_numbered(number, spelled), **given})  # type: ignore[arg-type]
        if is_free(person):
            return person


def invent_password(chance: Chance) -> str:
    """A password that is easy to read aloud and good on a test stand only."""
    _, spelled = _draw(chance, "word of a password", SURNAMES)
    return f"{spelled}-{draw_digits(chance, 'digits of a password', DIGITS)}"


def _numbered(number: str, spelled: str) -> dict[str, str | None]:
    """Everything that has to be unique, from one number."""
    policy = number.zfill(15)
    taxpayer = number.zfill(10)
    return {
        "snils": f"000-{number[:3]}-{number[3:]} 00",
        "inn": taxpayer + inn_rules.calc_personal_check_digits(taxpayer),
        "policy": policy + luhn.calc_check_digit(policy),
        "passport_series": "0000",
        "passport_number": number,
        "address": f"г. Выдуманск, улица Учебная, дом {int(number)}",
        "phone": f"+7000{number.zfill(7)}",
        "email": f"{spelled}.{number}@example.test",
    }


def _passport_day(birthdate: str) -> str:
    born = date.fromisoformat(birthdate)
    # Two weeks later, so that nobody is born on a 29th of February that the year of the passport does not have.
    return (date(born.year + PASSPORT_AGE, born.month, min(born.day, 28)) + timedelta(days=14)).isoformat()


def _draw(chance: Chance, purpose: str, choices: Sequence[Choice]) -> Choice:
    return choices[int.from_bytes(chance.draw(f"invented {purpose}", 8)) % len(choices)]
