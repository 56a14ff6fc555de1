"""At the counter: an operator confirms who somebody is by the document in the hand."""

from collections.abc import Mapping

import pytest

from idp.citizens import directory
from idp.citizens.levels import level_of
from idp.citizens.models import Person, PersonalData
from tests.browser import Browser
from tests.idp.staff.work import STAFF, VERA, actor, at_work, written
from tests.idp.stand import Stand

PASSPORT = {"series": "0000", "number": "000017", "issued_on": "2010-03-01"}
OLGA = "olga@example.test"


def person(stand: Stand, login: str = VERA) -> Person:
    with stand.realm.database.read() as connection:
        found = directory.find_by_login(stand.realm, connection, login)
    assert found is not None
    return found


def at_the_counter(stand: Stand, login: str = VERA) -> Browser:
    """The operator where the document is written down."""
    return at_work(stand, "operator", f"/people/{stand.citizen(login)}/identity")


def confirm(browser: Browser, passport: Mapping[str, str] = PASSPORT, *, is_seen: bool = True) -> Browser:
    form = browser.forms()["identity-form"]
    values = {**form.values, **PASSPORT, **passport} | ({"seen": "1"} if is_seen else {})
    browser.answer = browser.session.post(form.action, data=values)
    return browser


def make_simplified(stand: Stand) -> None:
    """Vera, who confirmed neither telephone nor document."""
    change = "phone_verified_at = NULL, passport_checked_at = NULL"
    stand.execute(f"UPDATE citizens SET {change} WHERE id = '{stand.citizen(VERA)}'")  # noqa: S608 - names of ours


def test_document_that_is_the_accounts_confirms_it(stand: Stand) -> None:
    make_simplified(stand)
    assert level_of(person(stand)) == "simplified"
    page = confirm(at_the_counter(stand))
    assert page.url == f"{STAFF}/people/{stand.citizen(VERA)}"
    assert "Подтверждённая" in page.text and "confirm-identity" not in page.answer.text
    vera = person(stand)
    assert (level_of(vera), vera.identity_proved_by, vera.document_is_checked) == ("confirmed", "in_person", True)
    assert written(stand, "identity.proved") == [(actor(stand, OLGA), actor(stand, VERA), "done", {"by": "in_person"})]


@pytest.mark.parametrize("other", [{"series": "0001"}, {"number": "000018"}, {"issued_on": "2010-03-02"}])
def test_document_that_is_another_confirms_nothing_and_the_journal_says_so(stand: Stand, other: dict[str, str]) -> None:
    page = confirm(at_the_counter(stand), other)
    assert page.status == 400
    assert "Документ не такой, как в записи" in page.text
    assert not any(value in page.text for value in ("000017", "2010-03-01")), "what the account has is not told"
    assert person(stand).identity_proved_by is None
    assert [row[2] for row in written(stand, "identity.proved")] == ["document_differs"]


def test_sixth_document_of_a_day_is_not_compared(stand: Stand) -> None:
    browser = at_the_counter(stand)
    for number in range(5):
        confirm(browser, {"number": f"00010{number}"})
    page = confirm(browser)
    assert page.status == 429 and "Сегодня больше нельзя" in page.text
    assert person(stand).identity_proved_by is None
    stand.clock.advance(24 * 3600)
    assert "Подтверждённая" in confirm(at_the_counter(stand)).text


def test_document_is_entered_where_the_account_has_none(stand: Stand) -> None:
    with stand.realm.database.write() as connection:
        directory.enter(
            stand.realm,
            connection,
            PersonalData("Лютиков", "Егор", phone="+70000000700"),
            phone_is_verified=True,
            actor="operator:test",
            citizen_id="egor",
        )
    page = at_the_counter(stand, "+70000000700")
    assert "паспорта ещё нет" in page.text
    confirm(page, {"series": "00 00", "number": "000 700"})
    egor = person(stand, "+70000000700")
    assert (egor.data.passport_series, egor.data.passport_number, egor.data.passport_issued_on) == (
        "0000",
        "000700",
        "2010-03-01",
    )
    assert (egor.document_is_checked, egor.identity_proved_by) == (True, "in_person")


def test_passport_of_another_account_is_not_entered(stand: Stand) -> None:
    with stand.realm.database.write() as connection:
        data = PersonalData("Лютиков", "Егор", phone="+70000000700")
        directory.enter(stand.realm, connection, data, phone_is_verified=True, actor="operator:test")
    page = confirm(at_the_counter(stand, "+70000000700"))
    assert page.status == 400 and "Этот паспорт есть в другой записи" in page.text
    assert not person(stand, "+70000000700").data.has_passport
    assert [row[2] for row in written(stand, "identity.proved")] == ["document_of_another"]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"series": "000"}, "Серия паспорта: четыре цифры."),
        ({"series": "٠٠٠٠"}, "Серия паспорта: четыре цифры."),
        ({"number": "00001a"}, "Номер паспорта: шесть цифр."),
        ({"issued_on": "01.03.2010"}, "Неверный формат даты. Нужно так: 1984-02-14."),
        ({"issued_on": "2010-02-30"}, "Неверный формат даты. Нужно так: 1984-02-14."),
        ({"issued_on": "2099-03-01"}, "Неверный формат даты. Нужно так: 1984-02-14."),
    ],
)
def test_what_is_typed_wrong_is_said_and_not_counted(stand: Stand, given: dict[str, str], sentence: str) -> None:
    browser = at_the_counter(stand)
    for _ in range(6):
        page = confirm(browser, given)
        assert page.status == 400 and sentence in page.text
    assert "Подтверждённая" in confirm(browser).text


def test_operator_says_that_the_person_is_there(stand: Stand) -> None:
    page = confirm(at_the_counter(stand), is_seen=False)
    assert page.status == 400 and "Подтвердите, что человек и документ перед вами." in page.text
    assert person(stand).identity_proved_by is None


def test_operators_do_not_confirm_themselves(stand: Stand) -> None:
    browser = at_the_counter(stand)
    form = browser.forms()["identity-form"]
    values = {**form.values, "series": "0000", "number": "000022", "issued_on": "2006-04-20", "seen": "1"}
    own = f"{STAFF}/people/{stand.citizen(OLGA)}/identity"
    assert browser.open(own).status == 403
    assert browser.session.post(own, data=values).status_code == 403
    assert "Вашу личность подтверждает другой оператор" in browser.open(own.removesuffix("/identity")).text
    assert person(stand, OLGA).identity_proved_by is None
    assert {row[2] for row in written(stand, "identity.proved")} == {"own"}


def test_confirming_takes_proofs_of_the_last_five_minutes(stand: Stand) -> None:
    browser = at_the_counter(stand)
    stand.clock.advance(301)
    page = confirm(browser)
    assert "sign-in" in page.forms()
    assert person(stand).identity_proved_by is None
