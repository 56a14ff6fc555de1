"""Signing up by oneself: what is asked, what proves the addresses, and that nobody learns by it who is here."""

import re
import threading
from urllib.parse import urlencode

import pytest

from tests.browser import Browser
from tests.idp.stand import ISSUER, Stand

PASSWORD = "одуванчик у дороги"
NEWCOMER = {
    "family_name": "Кактусова", "given_name": "Лия", "middle_name": "", "phone": "+7 0009161234", "email": "",
    "new-password": PASSWORD, "new-password-again": PASSWORD,
}  # fmt: skip
PHONE, VERA_PHONE, VERA_MAIL = "+70009161234", "+70000000017", "vera@example.test"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def stand(request: pytest.FixtureRequest, stand_settings: dict[str, object]) -> Stand:
    """Asks for the settings so that a test may give its own."""
    stand: Stand = request.getfixturevalue(f"{request.param}_stand")
    return stand


def fill(stand: Stand, browser: Browser | None = None, **changed: str) -> Browser:
    """The form filled in and sent."""
    browser = browser or stand.browser().open(f"{ISSUER}/register")
    return browser.submit("register", "submit", **(NEWCOMER | changed))


def code_to(stand: Stand, address: str) -> str:
    """The newest code that reached this address."""
    with stand.realm.database.read() as connection:
        messages = stand.realm.outbox.messages(connection, address=address, channel="email" if "@" in address else "sms")
    return re.findall(r"\b\d{6}\b", messages[-1].text)[-1]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def sign_up(stand: Stand, **changed: str) -> Browser:
    browser = fill(stand, **changed)
    return browser.submit("codes", "submit", sms=code_to(stand, PHONE))


def people(stand: Stand) -> int:
    return int(str(stand.rows("SELECT count(*) FROM citizens")[0][0]))


def test_r013_password_chosen_at_sign_up_signs_in_and_only_its_salted_hash_is_stored(stand: Stand) -> None:
    browser = sign_up(stand)
    assert "Учётная запись создана" in browser.text
    (stored,) = stand.rows(f"SELECT hash FROM passwords WHERE citizen_id = '{stand.citizen(PHONE)}'")  # noqa: S608 - an id
    assert str(stored[0]).startswith("$argon2id$") and PASSWORD not in str(stored[0])
    browser.open(f"{ISSUER}/account")
    assert "sign-in" in browser.forms(), "an account is not a session"
    assert "sign-in" not in stand.sign_in(browser, login="8 0009161234", password=PASSWORD).forms()


def test_no_account_exists_before_the_code(stand: Stand) -> None:
    before, browser = people(stand), fill(stand)
    assert browser.status == 200 and browser.url.startswith(f"{ISSUER}/register/")
    assert "+7 000 •••-••-34" in browser.text
    assert people(stand) == before
    assert browser.submit("codes", "submit", sms=wrong(code_to(stand, PHONE))).status == 400
    assert "Код не подошёл. Осталось 4 попытки." in browser.text
    assert people(stand) == before
    browser.submit("codes", "submit", sms=code_to(stand, PHONE))
    assert people(stand) == before + 1


def test_mail_alone_is_enough_and_of_both_both_are_proved(stand: Stand) -> None:
    browser = fill(stand, phone="", email="liya@example.test")
    browser.submit("codes", "submit", email=code_to(stand, "liya@example.test"))
    assert "Учётная запись создана" in browser.text
    browser = fill(stand, email="other@example.test")
    mail, sms = code_to(stand, "other@example.test"), code_to(stand, PHONE)
    browser.submit("codes", "submit", sms=sms, email=wrong(mail))
    assert browser.status == 400 and "sms" not in browser.forms()["codes"].values, "the right one is not asked for again"
    browser.submit("codes", "submit", email=mail)
    assert "Учётная запись создана" in browser.text
    assert stand.citizen("other@example.test") == stand.citizen(PHONE)


def test_account_begins_simplified_and_the_journal_says_who_made_it(stand: Stand) -> None:
    sign_up(stand)
    liya = f"citizen:{stand.citizen(PHONE)}"
    ((registration, sealed),) = stand.rows("SELECT id, sealed FROM registrations")
    kept = stand.realm.vault.open_fields(f"registrations:{registration}", bytes(sealed))  # type: ignore[call-overload]
    assert {value for value in kept.values() if value} == {"/account"}, "what was typed is the account's now"
    created = [event for event in stand.events() if event["object"] == liya]
    assert [(event["action"], event["actor"]) for event in created] == [("citizen.created", liya)]
    assert "account.confirmed" not in stand.actions()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("family_name", "", "Напишите фамилию буквами"), ("family_name", "<b>Кактус</b>", "Напишите фамилию буквами"),
        ("given_name", "Лия\x01", "Напишите имя буквами"), ("given_name", "Лия<script>", "Напишите имя буквами"),
        ("middle_name", "7", "Напишите отчество буквами"), ("family_name", "К" * 10_240, "Напишите фамилию буквами"),
        ("phone", "12345", "Нужен номер в виде +7 XXXXXXXXXX."), ("phone", "7" * 10_240, "Нужен номер в виде"),
        ("phone", "", "Укажите телефон или почту"), ("email", "liya", "Это не похоже на адрес почты."),
        ("email", "a" * 10_240 + "@example.test", "Это не похоже на адрес почты."),
        ("new-password", "коротко", "Пароль короткий: нужно не меньше 8 знаков."),
        ("new-password", "password1", "Этот пароль слишком известен"), ("new-password", "я" * 5_120, "Пароль слишком длинный"),
        ("new-password-again", "другое и длинное", "Пароли не совпадают."),
    ],
)  # fmt: skip
def test_co_07_r017_what_is_wrong_is_said_beside_its_field_and_nothing_is_stored(
    stand: Stand, field: str, value: str, said: str
) -> None:
    browser = fill(stand, **{field: value})
    assert browser.status == 400 and said in browser.text
    assert re.search(rf'<input[^>]* id="{field}"[^>]* aria-invalid="true"', browser.answer.text)
    assert browser.answer.text.count('aria-invalid="true"') == 1
    kept = browser.forms()["register"].values
    assert kept["given_name" if field != "given_name" else "family_name"] in ("Лия", "Кактусова")
    assert kept["new-password"] == "", "a password is never shown again"
    assert "<script>" not in browser.text and stand.sms() == []
    assert stand.rows("SELECT count(*) FROM registrations") == [(0,)]


def test_r103_password_fields_take_a_paste_and_say_that_the_password_is_new(stand: Stand) -> None:
    page = stand.browser().open(f"{ISSUER}/register").answer.text
    fields = re.findall(r'<input[^>]*type="password"[^>]*>', page)
    assert len(fields) == 2 and all('autocomplete="new-password"' in field for field in fields)
    assert "onpaste" not in page and "maxlength" not in "".join(fields)


def test_lm_02_lm_03_long_passwords_count_whole_and_one_spelling_is_one_password(stand: Stand) -> None:
    long = "я" * 100 + "й"
    decomposed = "я" * 100 + "и\u0306"
    sign_up(stand, **{"new-password": long, "new-password-again": long})

    def enters(password: str) -> bool:
        browser = stand.browser().open(f"{ISSUER}/account")
        return "sign-in" not in stand.sign_in(browser, login=PHONE, password=password).forms()

    assert not enters(long[:-1]) and not enters(long + " ")
    assert enters(long) and enters(decomposed)


@pytest.mark.parametrize("taken", [{"phone": VERA_PHONE}, {"phone": "", "email": VERA_MAIL}])
def test_co_07_sign_up_with_an_address_of_somebody_answers_like_one_with_a_new_one(stand: Stand, taken: dict[str, str]) -> None:
    """The owner is told; whoever typed it sees what everybody sees, and no code of theirs is ever right."""
    free = {"phone": "+70000000034", "email": ""} if taken["phone"] else {"phone": "", "email": "v@example.test"}
    new, known = fill(stand, **free), fill(stand, **taken)
    number = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{64}|•-\d\d|v•••@|\d\d:\d\d")

    def bare(browser: Browser) -> str:
        return number.sub("", browser.answer.text)

    assert (new.status, bare(new)) == (known.status, bare(known))
    assert re.search(r"\d{6}", stand.sms()[-2]) and not re.search(r"\d{6}", stand.sms()[-1])
    assert "она у вас уже есть" in stand.sms()[-1]
    before, channel = people(stand), "sms" if taken["phone"] else "email"
    for page in (new, known):
        page.submit("codes", "submit", **{channel: "000001"})
    assert (new.status, bare(new)) == (known.status, bare(known))
    stand.clock.advance(31)
    for page in (new, known):
        page.submit(f"again-{channel}-form", f"again-{channel}")
    assert (new.status, bare(new)) == (known.status, bare(known))
    assert people(stand) == before


def test_co_07_role_and_other_extra_fields_are_not_read(stand: Stand) -> None:
    browser = stand.browser().open(f"{ISSUER}/register")
    form = browser.forms()["register"]
    extra = {"role": "administrator", "roles": "admin", "snils": "000-000-017 00", "id": "mine", "phone_is_verified": "1"}
    answer = browser.session.post(form.action, data=form.values | NEWCOMER | extra)
    browser.open(answer.url).submit("codes", "submit", sms=code_to(stand, PHONE))
    liya = stand.citizen(PHONE)
    assert liya != "mine" and (liya,) not in stand.rows("SELECT citizen_id FROM citizen_roles")
    assert stand.rows(f"SELECT snils_index, passport_checked_at FROM citizens WHERE id = '{liya}'") == [(None, None)]  # noqa: S608


def test_form_of_another_site_signs_nobody_up(stand: Stand) -> None:
    answer = stand.browser().session.post(f"{ISSUER}/register", data=NEWCOMER, headers={"Origin": "https://evil.test"})
    assert answer.status_code == 403 and stand.sms() == []


def test_codes_of_a_registration_are_of_one_browser_half_an_hour_and_five_tries(stand: Stand) -> None:
    browser = fill(stand)
    assert stand.browser().open(browser.url).status == 404
    code = code_to(stand, PHONE)
    for _ in range(5):
        browser.submit("codes", "submit", sms=wrong(code))
    assert "пять неверных попыток" in browser.text
    assert "уже не действует" in browser.submit("codes", "submit", sms=code).text
    stand.clock.advance(31)
    browser.submit("again-sms-form", "again-sms")
    assert "Учётная запись создана" in browser.submit("codes", "submit", sms=code_to(stand, PHONE)).text
    late = fill(stand, phone="+70009161235")
    stand.clock.advance(30 * 60)
    assert late.open(late.url).status == 404


def test_r027_another_code_kills_the_old_one_and_is_not_sent_at_once(stand: Stand) -> None:
    browser = fill(stand)
    old = code_to(stand, PHONE)
    browser.submit("again-sms-form", "again-sms")
    assert browser.status == 429 and "Новый код можно запросить через 30 секунд." in browser.text
    stand.clock.advance(30)
    assert browser.submit("again-sms-form", "again-sms").status == 200
    new = code_to(stand, PHONE)
    assert new != old
    assert browser.submit("codes", "submit", sms=old).status == 400
    assert "Учётная запись создана" in browser.submit("codes", "submit", sms=new).text


@pytest.mark.parametrize("stand_settings", [{"codes_per_hour": 3}])
def test_no_telephone_gets_more_codes_in_an_hour_than_the_settings_say_however_many_sign_up_with_it(stand: Stand) -> None:
    for _ in range(5):
        browser = fill(stand)
    assert len(stand.sms()) == 3
    assert "Кодов за последний час было слишком много" in browser.text
    known = [fill(stand, phone=VERA_PHONE) for _ in range(4)]
    assert "Кодов за последний час было слишком много" in known[-1].text
    stand.sign_in(stand.browser().open(stand.authorize_url(acr_values="substantial")))
    assert re.search(r"\b\d{6}\b", stand.sms()[-1]), "her own codes are left to her"


@pytest.mark.parametrize("stand_settings", [{"messages_per_address": 4}])
def test_one_address_does_not_have_us_write_to_all_telephones(stand: Stand) -> None:
    for number in range(6):
        browser = fill(stand, phone=f"+7000916{number:04}")
    assert len(stand.sms()) == 4 and browser.status == 429
    stand.clock.advance(3600)
    fill(stand, phone="+70009160009")
    assert len(stand.sms()) == 5


@pytest.mark.parametrize(
    "there", ["/\\evil.test", "//evil.test", "https:evil.test", "/account/../x", "/sign-in/x", "javascript:a", ""]
)
def test_se_18_sign_up_returns_to_our_own_pages_only(stand: Stand, there: str) -> None:
    browser = stand.browser().open(f"{ISSUER}/register?{urlencode({'return': there})}")
    assert 'id="sign-in-instead" href="/account"' in browser.answer.text
    form = browser.forms()["register"]
    browser.answer = browser.session.post(form.action, data=form.values | NEWCOMER | {"return": there})
    browser.submit("codes", "submit", sms=code_to(stand, PHONE))
    assert 'id="go-on" href="/account"' in browser.answer.text


def test_sign_up_in_the_middle_of_a_sign_in_leads_back_to_the_service(stand: Stand) -> None:
    browser = stand.browser().open(stand.authorize_url())
    (href,) = re.findall(r'id="register" href="([^"]+)"', browser.answer.text)
    attempt = browser.url.removesuffix("/password")
    fill(stand, browser.open(ISSUER + href)).submit("codes", "submit", sms=code_to(stand, PHONE))
    (go_on,) = re.findall(r'id="go-on" href="([^"]+)"', browser.answer.text)
    assert ISSUER + go_on == attempt
    stand.sign_in(browser.open(ISSUER + go_on), login=PHONE, password=PASSWORD)
    assert "sign-in" not in browser.forms()


def test_two_finishes_of_one_registration_make_one_account(stand: Stand) -> None:
    before, browser = people(stand), fill(stand)
    form, code = browser.forms()["codes"], code_to(stand, PHONE)
    statuses: list[int] = []

    def finish() -> None:
        answer = browser.session.post(form.action, data=form.values | {"sms": code}, allow_redirects=False)
        statuses.append(answer.status_code)

    threads = [threading.Thread(target=finish) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [303] * 4
    assert people(stand) == before + 1


def test_of_two_registrations_with_one_telephone_one_becomes_an_account(stand: Stand) -> None:
    first, before = fill(stand), people(stand)
    code = code_to(stand, PHONE)
    second = fill(stand)
    second.submit("codes", "submit", sms=code_to(stand, PHONE))
    assert first.submit("codes", "submit", sms=code).status == 409
    assert "Такая запись уже есть" in first.text
    assert first.open(first.url).status == 404
    assert people(stand) == before + 1


def test_r028_sms_that_does_not_arrive_is_said_and_no_try_is_counted(stand: Stand) -> None:
    with stand.realm.database.write() as connection:
        stand.realm.outbox.let_fail(connection, channel="sms", address=PHONE, fails=True)
    browser = fill(stand)
    assert "SMS не дошло." in browser.text
    assert stand.rows("SELECT tries FROM one_time_codes") == [(0,)]
    with stand.realm.database.write() as connection:
        stand.realm.outbox.let_fail(connection, channel="sms", address=PHONE, fails=False)
    stand.clock.advance(31)
    browser.submit("again-sms-form", "again-sms")
    assert "SMS не дошло." not in browser.text
