"""The first sign-in of a newcomer asks for a passport, once; nobody else ever sees that page."""

import re

import pytest

from idp.citizens.models import PersonalData
from tests.browser import Browser
from tests.idp.control.conftest import Control
from tests.idp.stand import ISSUER, Stand
from tests.idp.test_children import add
from tests.idp.test_sign_up import PASSWORD, PHONE, sign_up

GOOD = {
    "passport_series": "0000", "passport_number": "000777", "passport_issued_on": "2004-05-20", "birthdate": "1990-05-10",
    "snils": "000-000-077 00",
}  # fmt: skip
ACCOUNT = f"{ISSUER}/account"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def stand(request: pytest.FixtureRequest, stand_settings: dict[str, object]) -> Stand:
    """Asks for the settings so that a test may give its own."""
    stand: Stand = request.getfixturevalue(f"{request.param}_stand")
    return stand


@pytest.fixture
def control(stand: Stand) -> Control:
    return Control(stand.control())


def second_step(stand: Stand, browser: Browser) -> Browser:
    return browser.submit("code-form", "submit", code=stand.last_code()) if "code-form" in browser.forms() else browser


def newcomer(stand: Stand, address: str = ACCOUNT) -> Browser:
    """Somebody who has just signed up, and signs in for the first time."""
    sign_up(stand)
    return arrive(stand, address)


def arrive(stand: Stand, address: str = ACCOUNT) -> Browser:
    return second_step(stand, stand.sign_in(stand.browser().open(address), login=PHONE, password=PASSWORD))


def test_r016_first_sign_in_asks_for_the_passport_and_the_second_does_not(stand: Stand) -> None:
    browser = newcomer(stand)
    assert "passport" in browser.forms()
    browser.submit("passport", "submit", **GOOD)
    assert browser.url == ACCOUNT
    assert arrive(stand).url == ACCOUNT
    (kept,) = stand.rows(f"SELECT passport_checked_at FROM citizens WHERE id = '{stand.citizen(PHONE)}'")  # noqa: S608 - an id
    assert kept == (stand.clock.now(),)


def test_r016_in_the_way_to_a_service_it_stands_between_sign_in_and_consent(stand: Stand) -> None:
    browser = newcomer(stand, stand.authorize_url())
    assert "passport" in browser.forms() and "consent" not in browser.forms()
    assert "passport" in browser.open(stand.authorize_url()).forms(), "no request goes past it"
    browser.submit("passport", "submit", **GOOD)
    assert "consent" in browser.forms()
    browser.submit("consent", "allow")
    assert stand.redeem(stand.code_from(browser)).status == 200


@pytest.mark.parametrize("address", [ACCOUNT, f"{ACCOUNT}/documents", "client"])
def test_r016_who_puts_it_off_goes_on_and_is_not_asked_again(stand: Stand, address: str) -> None:
    address = stand.authorize_url() if address == "client" else address
    browser = newcomer(stand, address)
    browser.submit("later-form", "later")
    assert "passport" not in browser.forms()
    assert browser.url == address or "consent" in browser.forms()
    assert "later-form" not in arrive(stand, address).forms()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("passport_series", "000", "Серия паспорта: четыре цифры."), ("passport_series", "٠٠٠٠", "Серия паспорта"),
        ("passport_number", "0007777", "Номер паспорта: шесть цифр."), ("passport_number", "", "Номер паспорта"),
        ("passport_issued_on", "2026-11-30", "Эта дата ещё не наступила."),
        ("passport_issued_on", "2004-05-09", "раньше, чем вам исполнилось 14 лет."),
        ("passport_issued_on", "вчера", "Неверный формат даты. Нужно так: 1984-02-14."),
        ("birthdate", "1990-02-30", "Неверный формат даты"), ("birthdate", "2026-11-30", "Такого дня рождения быть не может."),
        ("birthdate", "1700-01-01", "Такого дня рождения"), ("birthdate", "2012-11-30", "Паспорт выдают с 14 лет."),
        ("snils", "112-233-445 96", "СНИЛС не подходит"), ("snils", "1" * 10_240, "СНИЛС не подходит"),
    ],
)  # fmt: skip
def test_r017_each_element_has_its_own_field_and_its_own_error(stand: Stand, field: str, value: str, said: str) -> None:
    browser = newcomer(stand)
    page = browser.answer.text
    for name in GOOD:
        assert re.search(rf'<label for="{name}">', page) and re.search(rf'<input[^>]* id="{name}"', page)
    browser.submit("passport", "submit", **(GOOD | {field: value}))
    assert browser.status == 400 and said in browser.text
    assert browser.answer.text.count('aria-invalid="true"') == 1
    assert re.search(rf'<input[^>]* id="{field}"[^>]* aria-invalid="true"', browser.answer.text)
    typed = browser.forms()["passport"].values
    assert {name: typed[name] for name in GOOD if name != field} == {name: GOOD[name] for name in GOOD if name != field}


def test_r016_day_of_the_fourteenth_birthday_is_early_enough(stand: Stand) -> None:
    browser = newcomer(stand).submit("passport", "submit", **(GOOD | {"passport_issued_on": "10.05.2004"}))
    assert browser.url == ACCOUNT


@pytest.mark.parametrize(
    "refused",
    [
        {"passport_number": "000404"}, {"passport_number": "000018"}, {"snils": "000-000-018 00"},
    ],
)  # fmt: skip
def test_passport_that_fails_the_check_is_refused_in_the_same_words_as_one_of_somebody_else(
    stand: Stand, refused: dict[str, str]
) -> None:
    browser = newcomer(stand).submit("passport", "submit", **(GOOD | refused))
    assert browser.status == 400
    assert "Проверка не прошла: паспорт и СНИЛС не сошлись." in browser.text
    assert stand.actions()[-1] == "document.checked not_valid"
    assert browser.submit("passport", "submit", **GOOD).url == ACCOUNT


def test_passport_is_not_tried_at_pleasure(stand: Stand) -> None:
    browser = newcomer(stand)
    for _ in range(10):
        browser.submit("passport", "submit", **(GOOD | {"passport_number": "000404"}))
    assert "слишком часто" in browser.submit("passport", "submit", **GOOD).text
    stand.clock.advance(3600)
    assert arrive(stand).submit("passport", "submit", **GOOD).url == ACCOUNT


def test_i06_telephone_and_passport_make_the_account_a_confirmed_one_and_the_journal_says_so(stand: Stand) -> None:
    newcomer(stand).submit("passport", "submit", **GOOD)
    assert stand.actions().count("account.confirmed") == 1


def test_prompt_none_does_not_show_it(stand: Stand) -> None:
    browser = newcomer(stand, stand.authorize_url())
    assert "passport" in browser.forms()
    browser.open(stand.authorize_url(prompt="none"))
    assert "error=interaction_required" in browser.url


def test_people_of_the_seed_and_of_tests_never_see_it(stand: Stand, control: Control) -> None:
    made = control.post("/people", passport_series=None, passport_number=None, passport_issued_on=None, snils=None)
    browser = stand.sign_in(stand.browser().open(stand.authorize_url()), login=made["phone"], password=made["password"])
    assert "consent" in browser.forms()
    assert "consent" in stand.sign_in(stand.browser().open(stand.authorize_url())).forms()


def test_sign_in_without_a_browser_puts_it_off(stand: Stand, control: Control) -> None:
    sign_up(stand)
    answer = control.post("/login", person=PHONE, into="code", authorization={"client_id": "client", "scope": "openid"})
    assert answer["outcome"] == "done"


def test_se_18_it_leads_to_our_own_pages_only(stand: Stand) -> None:
    browser = newcomer(stand)
    form = browser.forms()["later-form"]
    data = form.values | {"answer": "later", "return": "//evil.test"}
    answer = browser.session.post(form.action, data=data, allow_redirects=False)
    assert answer.headers["Location"] == "/account"


def test_child_who_turned_fourteen_has_an_account_of_their_own(stand: Stand) -> None:
    """The account that a parent entered gives the СНИЛС up, and to nobody who is not that child."""
    stand.clock.advance(-30 * 24 * 3600)
    add(stand, data=PersonalData("Кактусова", "Лия", birthdate="2012-11-20", snils=GOOD["snils"]))
    stand.clock.advance(30 * 24 * 3600)
    browser = newcomer(stand)
    other = GOOD | {"birthdate": "2012-11-19", "passport_issued_on": "2026-11-21"}
    assert browser.submit("passport", "submit", **other).status == 400
    assert browser.submit("passport", "submit", **(other | {"birthdate": "2012-11-20"})).url == ACCOUNT


def test_r025_service_that_demands_a_confirmed_account_lets_in_whoever_adds_a_passport_on_the_way(stand: Stand) -> None:
    stand.add_client("strict", require_confirmed_account=True)
    browser = newcomer(stand, stand.authorize_url(client_id="strict")).submit("later-form", "later")
    waiting = browser.url
    assert "consent" not in browser.forms() and "паспорт" in browser.text and "/account/documents" in browser.answer.text
    browser.open(f"{ACCOUNT}/documents/passport").submit("passport", "submit", **GOOD)
    assert "consent" in browser.open(waiting).forms()
