"""What operator and support see of somebody else, and what the journal keeps of it."""

import pytest

from tests.idp.staff.work import PASSWORDS, STAFF, VERA, actor, at_work, found, written
from tests.idp.stand import Stand

NUMBERS = ("000-000-017 00", "000017", "000000001773", "0000000000000174", "+70000000017", VERA, "1984", "Учебный проезд")
"""What nobody of the staff is shown of Vera."""


@pytest.fixture
def stand(sqlite_stand: Stand) -> Stand:
    """What is only read is read alike everywhere."""
    return sqlite_stand


@pytest.mark.parametrize("login", [VERA, "+70000000017", "80000000017", "000-000-017 00", " vera@example.test "])
def test_operator_finds_one_person_by_the_whole_of_a_login(stand: Stand, login: str) -> None:
    page = found(stand, "operator", "/people", login)
    assert page.url == f"{STAFF}/people/{stand.citizen(VERA)}"
    assert "Ромашкина Вера Тимофеевна" in page.text


@pytest.mark.parametrize("login", ["", "vera", "Ромашкина", "%", "+7000000001", "0000 000017", "nobody@example.test", "a\0b"])
def test_a_part_of_a_login_a_name_or_a_number_finds_nobody(stand: Stand, login: str) -> None:
    page = found(stand, "operator", "/people", login)
    assert page.status == 404
    assert "Никого с таким логином нет" in page.text
    assert written(stand, "person.viewed") == [
        (actor(stand, "olga@example.test"), "citizen:unknown", "nobody", {"as_role": "operator"})
    ]


def test_operator_sees_name_masked_contacts_level_and_lock_and_no_number(stand: Stand) -> None:
    page = found(stand, "operator", "/people", VERA)
    for words in ("Ромашкина Вера Тимофеевна", "+7 000 •••-••-17", "v•••@example.test", "Подтверждённая", "Открыта"):
        assert words in page.text
    assert not [number for number in NUMBERS if number in page.answer.text]
    assert "Чем входит" not in page.text, "that is for the support"


def test_support_sees_how_the_account_is_and_not_whose(stand: Stand) -> None:
    page = found(stand, "support", "/people", VERA)
    for words in ("Вера Р.", "Подтверждённая", "Открыта", "Чем входит", "Код из SMS"):
        assert words in page.text, words
    hidden = (*NUMBERS, "Ромашкина", "Тимофеевна", "•••-••-17", "v•••")
    assert not [number for number in hidden if number in page.answer.text]
    assert "confirm-identity" not in page.answer.text


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE citizens SET locked_at = 1", "Заблокирована после неверных паролей"),
        ("UPDATE citizens SET disabled_at = 1", "Отключена"),
        ("UPDATE citizens SET passport_checked_at = NULL", "Упрощённая"),
        ("UPDATE citizens SET phone_verified_at = NULL", "Стандартная"),
    ],
)
def test_support_reads_what_is_wrong_with_an_account(stand: Stand, statement: str, words: str) -> None:
    browser = at_work(stand, "support", "/people")
    stand.execute(f"{statement} WHERE id = '{stand.citizen(VERA)}'")
    assert words in browser.submit("find", "submit", login=VERA).text


def test_every_look_at_somebody_elses_account_is_in_the_journal(stand: Stand) -> None:
    found(stand, "operator", "/people", VERA)
    found(stand, "support", "/people", VERA)
    found(stand, "officer", "/incidents", VERA)
    found(stand, "administrator", "/members", VERA)
    assert written(stand, "person.viewed") == [
        (actor(stand, PASSWORDS[role][0]), actor(stand, VERA), "done", {"as_role": role})
        for role in ("operator", "support", "officer", "administrator")
    ]


def test_nobody_is_shown_for_an_id_of_nobody(stand: Stand) -> None:
    browser = at_work(stand, "operator", "/people")
    assert browser.open(f"{STAFF}/people/nobody").status == 404
    assert browser.open(f"{STAFF}/people/nobody/identity").status == 404
    assert written(stand, "person.viewed") == []
