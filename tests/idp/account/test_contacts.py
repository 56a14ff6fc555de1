"""Telephone and mail at the account: shown, changed, confirmed, and never anybody else's."""

import re
from dataclasses import replace

import pytest

from idp.citizens import directory
from tests.browser import Browser
from tests.idp.stand import ISSUER, Stand

ACCOUNT = f"{ISSUER}/account"
VERA, PHONE, NEW = "vera@example.test", "+70000000017", "+79161234567"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def stand(request: pytest.FixtureRequest, stand_settings: dict[str, object]) -> Stand:
    """Asks for the settings so that a test may give its own."""
    stand: Stand = request.getfixturevalue(f"{request.param}_stand")
    return stand


def arrive(stand: Stand, path: str = "", login: str = VERA, password: str = "romashka-17") -> Browser:
    """Somebody at a page of their account, by as many proofs as it asks for."""
    browser = stand.sign_in(stand.browser().open(f"{ACCOUNT}{path}"), login=login, password=password)
    return browser.submit("code-form", "submit", code=stand.last_code()) if "sign-in/" in browser.url else browser


def unconfirm(stand: Stand, phone: str = "+7 9161234567") -> None:
    """Vera has a telephone that nobody has confirmed."""
    stand.clock.advance(60)
    stand.execute("UPDATE citizens SET phone_verified_at = NULL")
    if phone:
        set_phone(stand, phone.replace(" ", ""))


def set_phone(stand: Stand, phone: str) -> None:
    with stand.realm.database.write() as connection:
        person = directory.find_by_login(stand.realm, connection, VERA)
        assert person is not None
        data = replace(person.data, phone=phone)
        directory.change(stand.realm, connection, replace(person, data=data), actor="operator:test")


def messages(stand: Stand, address: str) -> list[str]:
    channel = "email" if "@" in address else "sms"
    with stand.realm.database.read() as connection:
        return [message.text for message in stand.realm.outbox.messages(connection, address=address, channel=channel)]


def code_to(stand: Stand, address: str) -> str:
    return re.findall(r"\b\d{6}\b", messages(stand, address)[-1])[-1]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def is_verified(stand: Stand) -> object:
    """What a client is told."""
    tokens = stand.tokens(scope="openid phone")
    return stand.userinfo(tokens["access_token"]).json()["phone_number_verified"]


def asked(stand: Stand) -> Browser:
    """Vera, who has pressed «Подтвердить номер»."""
    unconfirm(stand)
    return arrive(stand, "/security").submit("confirm-phone-form", "confirm-phone")


def test_r020_profile_leads_to_security(stand: Stand) -> None:
    browser = arrive(stand)
    assert browser.title.startswith("Профиль")
    (href,) = set(re.findall(r'href="(/account/security)"', browser.answer.text))
    browser.open(ISSUER + href)
    assert browser.status == 200 and browser.title.startswith("Безопасность")


@pytest.mark.parametrize("page", ["", "/security", "/contacts/phone"])
def test_r021_i03_telephone_stands_as_seven_a_space_and_ten_digits(stand: Stand, page: str) -> None:
    set_phone(stand, NEW)
    assert "+7 9161234567" in arrive(stand, page).answer.text


@pytest.mark.parametrize("typed", ["12345", "", "+7 916 123 45 67", "79161234567", "+7" + "1" * 10_240])
def test_r021_what_is_no_number_is_an_error_of_the_field(stand: Stand, typed: str) -> None:
    browser = arrive(stand, "/contacts/phone").submit("contact", "submit", phone=typed)
    assert browser.status == 400 and "Нужен номер в виде +7 XXXXXXXXXX." in browser.text
    assert re.search(r'<input[^>]* id="phone"[^>]* aria-invalid="true"', browser.answer.text)
    assert messages(stand, NEW) == []


def test_r022_button_sends_exactly_one_sms_to_that_number(stand: Stand) -> None:
    browser = asked(stand)
    assert "code-form" in browser.forms() and "+7 9161234567" in browser.text
    assert len(messages(stand, NEW)) == 1 and messages(stand, PHONE) == []
    browser.open(browser.url)
    assert len(messages(stand, NEW)) == 1


def test_r023_r026_right_code_confirms_the_number_and_the_account(stand: Stand) -> None:
    browser = asked(stand)
    browser.submit("code-form", "submit", code=wrong(code_to(stand, NEW)))
    assert browser.status == 400 and "Код не подошёл. Осталось 4 попытки." in browser.text
    assert is_verified(stand) is False
    browser.submit("code-form", "submit", code=code_to(stand, NEW))
    assert browser.status == 200 and "Учётная запись подтверждена" in browser.text
    assert is_verified(stand) is True
    assert stand.actions().count("account.confirmed") == 1


def test_r026_without_a_document_the_text_is_not_there_and_the_page_says_what_is_missing(stand: Stand) -> None:
    browser = asked(stand)
    stand.execute("UPDATE citizens SET passport_checked_at = NULL")
    browser.submit("code-form", "submit", code=code_to(stand, NEW))
    assert "Учётная запись подтверждена" not in browser.text
    assert "упрощённая" in browser.text and "добавить паспорт или привязать банк" in browser.text


def test_r027_another_code_kills_the_old_one(stand: Stand) -> None:
    browser = asked(stand)
    old = code_to(stand, NEW)
    assert browser.submit("again-form", "again").status == 429
    stand.clock.advance(30)
    browser.submit("again-form", "again")
    new = code_to(stand, NEW)
    assert len(messages(stand, NEW)) == 2 and new != old
    assert browser.submit("code-form", "submit", code=old).status == 400
    assert "Учётная запись подтверждена" in browser.submit("code-form", "submit", code=new).text


def test_r028_sms_that_does_not_arrive_is_said_with_both_ways_out_and_no_try_is_counted(stand: Stand) -> None:
    with stand.realm.database.write() as connection:
        stand.realm.outbox.let_fail(connection, channel="sms", address=NEW, fails=True)
    browser = asked(stand)
    assert "SMS не дошло. Проверьте номер или выберите другой способ." in browser.text
    assert "again-form" in browser.forms() and "Изменить номер" in browser.text
    assert stand.rows("SELECT tries FROM one_time_codes ORDER BY sent_at DESC LIMIT 1") == [(0,)]
    stand.clock.advance(30)
    browser.submit("again-form", "again")
    assert browser.status == 200 and "SMS не дошло." in browser.text, "it says so each time, and does not wait"


def test_new_number_is_the_accounts_only_once_it_is_confirmed_and_the_old_one_is_told(stand: Stand) -> None:
    browser = arrive(stand, "/contacts/phone")
    stand.clock.advance(60)
    browser.submit("contact", "submit", phone="8" + NEW[2:])
    assert stand.citizen(PHONE)
    browser.submit("code-form", "submit", code=code_to(stand, NEW))
    assert stand.citizen(NEW) == stand.citizen(VERA)
    with pytest.raises(AssertionError):
        stand.citizen(PHONE)
    assert "в вашей учётной записи другой телефон" in messages(stand, PHONE)[-1]


def test_new_number_is_another_way_in_and_the_page_offers_to_end_the_other_sessions(stand: Stand) -> None:
    arrive(stand)
    stand.clock.advance(60)
    browser = arrive(stand, "/contacts/phone").submit("contact", "submit", phone=NEW)
    before = browser.session.cookies.get("idp_session")
    browser.submit("code-form", "submit", code=code_to(stand, NEW))
    assert browser.url == ACCOUNT and "end-others" in browser.forms()
    assert browser.session.cookies.get("idp_session") not in (None, before)


def test_new_mail_is_confirmed_in_the_same_way(stand: Stand) -> None:
    browser = arrive(stand, "/contacts/email").submit("contact", "submit", email="Vera-Two@example.test")
    assert stand.citizen(VERA)
    browser.submit("code-form", "submit", code=code_to(stand, "vera-two@example.test"))
    assert stand.citizen("vera-two@example.test") == stand.citizen(PHONE)
    assert "другая почта" in messages(stand, VERA)[-1]


def test_number_of_somebody_else_answers_like_a_new_one_and_its_owner_is_told(stand: Stand) -> None:
    pyotr = "+70000000018"
    browser = arrive(stand, "/contacts/phone").submit("contact", "submit", phone=pyotr)
    assert browser.status == 200 and "code-form" in browser.forms() and "Код действует до" in browser.text
    assert "в чужой учётной записи" in messages(stand, pyotr)[-1] and not re.search(r"\d{6}", messages(stand, pyotr)[-1])
    assert browser.submit("code-form", "submit", code="000000").status == 400
    assert stand.citizen(pyotr) == stand.citizen("pyotr@example.test")


def test_number_that_somebody_confirms_meanwhile_is_theirs(stand: Stand) -> None:
    browser = arrive(stand, "/contacts/phone").submit("contact", "submit", phone=NEW)
    code = code_to(stand, NEW)
    stand.clock.advance(60)
    other = arrive(stand, "/contacts/phone", "maya@example.test", "oduvanchik-19").submit("contact", "submit", phone=NEW)
    other.submit("code-form", "submit", code=code_to(stand, NEW))
    assert stand.citizen(NEW) == stand.citizen("maya@example.test")
    assert browser.submit("code-form", "submit", code=code).status == 400
    assert stand.citizen(PHONE) == stand.citizen(VERA)


def test_code_for_one_number_does_not_confirm_another(stand: Stand) -> None:
    """Somebody has a code for their own telephone, and then names another's before they type it."""
    browser = arrive(stand, "/contacts/phone").submit("contact", "submit", phone=NEW)
    code = code_to(stand, NEW)
    browser.open(f"{ACCOUNT}/contacts/phone").submit("contact", "submit", phone="+79161234568")
    assert browser.status == 429, "too soon for another code"
    assert browser.submit("code-form", "submit", code=code).status == 400
    assert stand.citizen(PHONE)


def test_code_of_another_session_confirms_nothing(stand: Stand) -> None:
    browser = arrive(stand, "/contacts/phone").submit("contact", "submit", phone=NEW)
    code = code_to(stand, NEW)
    stand.clock.advance(60)
    other = arrive(stand, "/security")
    token = next(form.values["csrf_token"] for form in other.forms().values() if "csrf_token" in form.values)
    answer = other.session.post(f"{ACCOUNT}/contacts/phone/code", data={"code": code, "csrf_token": token})
    assert answer.url == f"{ACCOUNT}/security"
    assert browser.submit("code-form", "submit", code=code).status == 200


@pytest.mark.parametrize("stand_settings", [{"codes_per_hour": 3}])
def test_codes_of_a_person_are_limited_by_the_hour_whatever_they_are_for(stand: Stand) -> None:
    browser = arrive(stand, "/contacts/phone")
    for number in range(4):
        stand.clock.advance(30)
        browser.open(f"{ACCOUNT}/contacts/phone").submit("contact", "submit", phone=f"+7916000000{number}")
    assert len(stand.sms()) == 3 and browser.status == 429, "that of the sign-in, and two"
