"""Signing in with login and password: which logins, what is asked, what a refusal looks like."""

import unicodedata
from typing import Literal

import pytest
from argon2 import PasswordHasher, extract_parameters

from idp.authentication import views
from idp.authentication.methods.password.store import change_password, checker
from tests.browser import Browser
from tests.idp.stand import ISSUER, Stand, answer_of

VERA_LOGINS = (
    "+70000000017",
    "80000000017",
    "vera@example.test",
    "VERA@example.test",
    "000-000-017 00",
    "00000001700",
    " vera@example.test ",
)


def at_sign_in(stand: Stand, **parameters: str | None) -> Browser:
    return stand.browser().open(stand.authorize_url(**parameters))


def subject_after(stand: Stand, login: str) -> object:
    browser = stand.sign_in(at_sign_in(stand), login=login)
    code = stand.code_from(browser.submit("consent", "allow") if "consent" in browser.forms() else browser)
    return stand.verified(str(stand.redeem(code).body["id_token"])).claims["sub"]


@pytest.mark.parametrize("login", VERA_LOGINS)
def test_r012_every_login_of_a_person_gives_the_same_subject(stand: Stand, login: str) -> None:
    assert subject_after(stand, login) == stand.citizen("vera@example.test")


def test_two_people_have_two_subjects(stand: Stand) -> None:
    assert stand.citizen("vera@example.test") != stand.citizen("maya@example.test")


def test_r032_form_has_login_password_and_the_button(stand: Stand) -> None:
    browser = at_sign_in(stand)
    form = browser.forms()["sign-in"]
    assert form.method == "post"
    assert {"login", "password", "csrf_token"} == form.values.keys()
    assert 'type="password"' in browser.answer.text
    assert "Пароль" in browser.text
    assert "Войти" in browser.text
    assert "Вход" in browser.title


def test_r032_form_without_its_csrf_token_is_refused(stand: Stand) -> None:
    browser = at_sign_in(stand)
    action = browser.forms()["sign-in"].action
    answer = browser.session.post(action, data={"login": "vera@example.test", "password": "romashka-17"})
    assert answer.status_code == 403
    assert "idp_session" not in browser.session.cookies
    assert "password.checked" not in stand.actions()


def test_r017_each_element_has_its_own_labelled_field_and_an_error_stands_at_that_one(stand: Stand) -> None:
    browser = at_sign_in(stand, acr_values="substantial")
    page = browser.answer.text
    assert 'for="login"' in page
    assert 'for="password"' in page
    stand.sign_in(browser)
    assert 'for="code"' in browser.answer.text
    browser.submit("code-form", "submit", code="12")
    page = browser.answer.text
    assert page.count('aria-invalid="true"') == 1
    assert 'id="code-error"' in page


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("vera@example.test", "wrong"),
        ("vera@example.test", "romashka-17 "),
        ("vera@example.test", "Romashka-17"),
        ("vera@example.test", ""),
        ("vera@example.test", "nezabudka-18"),
        ("nobody@example.test", "romashka-17"),
        ("+70000000099", "romashka-17"),
        ("000-000-099 00", "romashka-17"),
        ("not a login", "romashka-17"),
        ("", ""),
        ("v" * 5000 + "@example.test", "romashka-17"),
        ("vera@example.test", "x" * 100_000),
        ("' OR 1=1 --", "' OR 1=1 --"),
        ("vera@example.test\0", "romashka-17"),
        ("😀", "😀"),
    ],
)
def test_r035_every_wrong_pair_is_refused_in_the_same_words(stand: Stand, login: str, password: str) -> None:
    browser = stand.sign_in(at_sign_in(stand), login=login, password=password)
    assert browser.status == 400
    assert "Неверный логин или пароль" in browser.text
    assert browser.forms()["sign-in"].values["password"] == ""
    assert "idp_session" not in browser.session.cookies
    assert "password.checked refused" in stand.actions()


def test_r035_login_is_kept_and_password_is_not(stand: Stand) -> None:
    browser = stand.sign_in(at_sign_in(stand), login="vera@example.test", password="a wrong password")
    assert browser.forms()["sign-in"].values["login"] == "vera@example.test"
    assert "a wrong password" not in browser.answer.text
    assert stand.sign_in(browser).status == 200, "asked again, and now right"


def test_r035_page_for_a_wrong_password_and_for_an_unknown_login_differ_in_the_login_only(stand: Stand) -> None:
    browser = at_sign_in(stand)
    known = stand.sign_in(browser, login="vera@example.test", password="wrong").answer.text
    unknown = stand.sign_in(browser, login="nora@example.test", password="wrong").answer.text
    assert known == unknown.replace("nora@example.test", "vera@example.test")


@pytest.mark.parametrize("login", ["vera@example.test", "nora@example.test", "not a login", ""])
def test_r035_lm_01_every_login_costs_one_hash_of_the_same_price(
    stand: Stand, monkeypatch: pytest.MonkeyPatch, login: str
) -> None:
    honest, prices = PasswordHasher.verify, []

    def counted(hasher: PasswordHasher, stored: str, given: bytes) -> bool:
        prices.append(extract_parameters(stored))
        return honest(hasher, stored, given)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    stand.sign_in(at_sign_in(stand), login=login, password="wrong")
    price = stand.settings.password_hashing
    assert [(paid.memory_cost, paid.time_cost) for paid in prices] == [(price.memory_kib, price.iterations)]


def test_client_that_asks_for_nothing_gets_password_and_consent(stand: Stand) -> None:
    browser = stand.sign_in(at_sign_in(stand))
    assert "consent" in browser.forms()
    assert stand.sms() == []
    claims = stand.verified(str(stand.redeem(stand.code_from(browser.submit("consent", "allow"))).body["id_token"])).claims
    assert (claims["acr"], claims["amr"]) == ("low", ["pwd"])


def test_disabled_person_is_refused_like_a_wrong_pair(stand: Stand) -> None:
    stand.execute("UPDATE citizens SET disabled_at = 1 WHERE id = ?", stand.citizen("vera@example.test"))
    browser = stand.sign_in(at_sign_in(stand))
    assert browser.status == 400
    assert "Неверный логин или пароль" in browser.text


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_password_is_the_same_however_the_keyboard_composes_it(stand: Stand, form: Literal["NFC", "NFD"]) -> None:
    stored = checker(stand.realm).hash("Пароль с й и ё")
    stand.execute("UPDATE passwords SET hash = ? WHERE citizen_id = ?", stored, stand.citizen("vera@example.test"))
    assert "consent" in stand.sign_in(at_sign_in(stand), password=unicodedata.normalize(form, "Пароль с й и ё")).forms()


def test_same_address_in_another_browser_is_nobodys_attempt(stand: Stand) -> None:
    mine = at_sign_in(stand)
    other = stand.browser().open(mine.url)
    assert other.status == 404
    assert "sign-in" not in other.forms()


def test_attempt_ends_after_ten_minutes(stand: Stand) -> None:
    browser = at_sign_in(stand)
    stand.clock.advance(599)
    assert "sign-in" in browser.open(browser.url).forms()
    stand.clock.advance(1)
    assert stand.sign_in(browser).status == 404
    assert "idp_session" not in browser.session.cookies


def test_form_sent_twice_at_once_gives_one_session_and_no_fault(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = at_sign_in(stand)
    action, values = browser.forms()["sign-in"].action, browser.forms()["sign-in"].values
    honest, inside = views.complete, []

    def complete_after_the_other(*arguments: object, **options: object) -> object:
        if not inside:
            inside.append(browser.session.post(action, data=sent, allow_redirects=False))
        return honest(*arguments, **options)  # type: ignore[arg-type]

    sent = values | {"login": "vera@example.test", "password": "romashka-17"}
    monkeypatch.setattr(views, "complete", complete_after_the_other)
    outer = browser.session.post(action, data=sent, allow_redirects=False)
    assert [inside[0].status_code, outer.status_code] == [303, 303]
    assert stand.actions().count("session.opened opened") == 1
    assert "consent" in browser.open(ISSUER + outer.headers["Location"]).forms()


@pytest.mark.parametrize(
    ("locales", "word"), [("en", "Sign in"), ("en-GB ru", "Sign in"), ("ru", "Вход"), ("fr ru", "Вход"), ("xx", "Вход")]
)
def test_ui_locales_choose_the_language(stand: Stand, locales: str, word: str) -> None:
    assert word in at_sign_in(stand, ui_locales=locales).text


def test_login_hint_fills_the_login_in_and_escapes_it(stand: Stand) -> None:
    browser = at_sign_in(stand, login_hint='"><script>alert(1)</script>')
    assert browser.forms()["sign-in"].values["login"] == '"><script>alert(1)</script>'
    assert "<script>alert(1)" not in browser.answer.text


def test_answer_names_its_issuer_and_gives_state_back(stand: Stand) -> None:
    browser = stand.browser()
    stand.obtain_code(browser, state="é & ? = 100%")
    assert answer_of(browser)["state"] == "é & ? = 100%"
    assert answer_of(browser)["iss"] == ISSUER


def test_hash_of_another_cost_is_renewed_when_its_password_is_typed_and_at_no_other_time(stand: Stand) -> None:
    """The cost is a setting: an operator who raises it has old hashes until their people come again."""
    vera = stand.citizen("vera@example.test")
    old = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash("romashka-17")
    stand.execute(f"UPDATE passwords SET hash = '{old}' WHERE citizen_id = '{vera}'")  # noqa: S608 - ours

    def stored() -> str:
        return str(next(hash for citizen, hash in stand.rows("SELECT citizen_id, hash FROM passwords") if citizen == vera))

    stand.sign_in(stand.browser().open(stand.authorize_url()), password="wrong")
    assert stored() == old
    assert stand.obtain_code()
    renewed = stored()
    assert extract_parameters(renewed).memory_cost == stand.settings.password_hashing.memory_kib
    assert stand.obtain_code() and stored() == renewed


@pytest.mark.parametrize(
    ("typed", "is_right"),
    [
        ("p\u00e4ssword и ещё", True),  # composed, as it was set
        ("pa\u0308ssword и ещё", True),  # decomposed: another keyboard, the same word
        ("p\u00e4ssword и ещё ", False),
        ("P\u00e4ssword и ещё", False),
        ("passw\u00f6rd и ещё", False),
    ],
)
def test_lm_03_password_is_one_word_however_a_keyboard_composes_it_and_nothing_else(
    stand: Stand, typed: str, is_right: bool
) -> None:
    with stand.realm.database.write() as connection:
        change_password(stand.realm, connection, stand.citizen("vera@example.test"), "p\u00e4ssword и ещё", actor="operator:test")
    assert ("consent" in stand.sign_in(at_sign_in(stand), password=typed).forms()) is is_right


def test_lm_03_nothing_is_cut_off_at_72_bytes(stand: Stand) -> None:
    long = "ж" * 72
    with stand.realm.database.write() as connection:
        change_password(stand.realm, connection, stand.citizen("vera@example.test"), long, actor="operator:test")
    assert stand.sign_in(at_sign_in(stand), password=long[:36]).status == 400
    assert "consent" in stand.sign_in(at_sign_in(stand), password=long).forms()


def test_r090_hints_stand_beside_the_error_the_login_is_trimmed_and_the_password_is_not(stand: Stand) -> None:
    refused = stand.sign_in(at_sign_in(stand), login="vera@example.test", password=" romashka-17")
    assert "Проверьте раскладку, регистр букв и лишние пробелы." in refused.answer.text
    assert 'value="vera@example.test"' in refused.answer.text
    assert "consent" in stand.sign_in(at_sign_in(stand), login="  vera@example.test ").forms()
