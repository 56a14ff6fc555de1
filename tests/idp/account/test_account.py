"""The account: who may read it, who may change something there, and the password as the first thing that can be changed."""

import re

import pytest

from tests.browser import Browser
from tests.idp.stand import Stand

ACCOUNT = "http://localhost:8400/account"
NEW = "ромашка и ещё одна ромашка"


def entered(stand: Stand, page: str = "") -> Browser:
    """Vera at her account, with a password only."""
    browser = stand.browser().open(f"{ACCOUNT}{page}")
    stand.sign_in(browser)
    return browser


def about_to_change(stand: Stand) -> Browser:
    """Vera where her password is changed."""
    browser = stand.browser().open(f"{ACCOUNT}/security/password/add")
    stand.sign_in(browser)
    return browser.submit("code-form", "submit", code=stand.last_code())


def change(browser: Browser, old: str = "romashka-17", new: str = NEW, again: str = NEW) -> Browser:
    values = {"old-password": old, "new-password": new, "new-password-again": again}
    return browser.submit("add-form", "submit", **values)


@pytest.mark.parametrize("page", ["", "/security", "/documents"])
def test_page_of_the_account_is_shown_after_a_sign_in_and_leads_back(stand: Stand, page: str) -> None:
    browser = stand.browser().open(f"{ACCOUNT}{page}")
    assert "Профиль в Пропуске" in browser.answer.text
    stand.sign_in(browser)
    assert browser.url == f"{ACCOUNT}{page}"
    assert browser.status == 200


def test_documents_are_shown_masked(stand: Stand) -> None:
    page = entered(stand, "/documents").answer.text
    assert "0000 •••017" in page
    assert not re.search(r"\b000017\b", page)


def test_lm_27_who_came_with_one_of_two_factors_takes_the_second_before_changing_anything(stand: Stand) -> None:
    browser = entered(stand).open(f"{ACCOUNT}/security/password/add")
    assert "code-form" in browser.forms()
    browser.submit("code-form", "submit", code=stand.last_code())
    assert "add-form" in browser.forms()


def test_session_of_six_minutes_signs_in_anew_before_changing_anything(stand: Stand) -> None:
    browser = about_to_change(stand)
    stand.clock.advance(5 * 60)
    assert "add-form" in browser.open(f"{ACCOUNT}/security/password/add").forms()
    form = browser.forms()["add-form"]
    stand.clock.advance(1)
    late = {"old-password": "romashka-17", "new-password": NEW, "new-password-again": NEW}
    browser.session.post(form.action, data=form.values | late)
    assert "sign-in" in browser.open(f"{ACCOUNT}/security/password/add").forms()
    assert "password.changed" not in stand.actions()


def test_changed_password_is_the_only_one_that_signs_in(stand: Stand) -> None:
    browser = change(about_to_change(stand))
    assert browser.url == f"{ACCOUNT}/security"
    assert stand.actions()[-1] == "password.changed"
    assert stand.sign_in(stand.browser().open(stand.authorize_url())).status == 400
    assert "consent" in stand.sign_in(stand.browser().open(stand.authorize_url()), password=NEW).forms()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"old": "wrong"}, "Старый пароль не подошёл."),
        ({"new": "семь777"[:7], "again": "семь777"[:7]}, "Пароль короткий: нужно не меньше 8 знаков."),
        ({"new": "password1", "again": "password1"}, "Этот пароль слишком известен"),
        ({"new": "PassWord1", "again": "PassWord1"}, "Этот пароль слишком известен"),
        ({"again": NEW + " "}, "Пароли не совпадают."),
        ({"new": "ж" * 513, "again": "ж" * 513}, "Пароль слишком длинный: нужно не больше 1024 байт."),
    ],
)
def test_lm_02_new_password_that_will_not_do_is_refused_beside_its_field(stand: Stand, values: dict[str, str], said: str) -> None:
    browser = change(about_to_change(stand), **values)
    assert browser.status == 400
    assert said in browser.answer.text
    assert 'aria-invalid="true"' in browser.answer.text
    assert "password.changed" not in stand.actions()


@pytest.mark.parametrize("password", [" " * 32 + "ж" * 32, "ж" * 128, "x" * 1024, "длинная фраза, которую никто не знает"])
def test_lm_02_long_password_is_taken_whole(stand: Stand, password: str) -> None:
    change(about_to_change(stand), new=password, again=password)
    for wrong in (password[:-1], password + " ", password.swapcase()):
        if wrong != password:
            assert stand.sign_in(stand.browser().open(stand.authorize_url()), password=wrong).status == 400
    assert "consent" in stand.sign_in(stand.browser().open(stand.authorize_url()), password=password).forms()


def test_method_that_has_nothing_to_add_and_one_that_is_none_are_not_found(stand: Stand) -> None:
    browser = about_to_change(stand)
    for path in ("security/code/add", "security/none/add", "documents/password/add", "security/password/x/remove"):
        assert browser.session.get(f"{ACCOUNT}/{path}").status_code in (404, 405)


def test_somebody_who_was_disabled_meanwhile_is_nobody_here(stand: Stand) -> None:
    browser = entered(stand)
    stand.execute("UPDATE citizens SET disabled_at = 1")
    assert "sign-in" in browser.open(f"{ACCOUNT}/security").forms()
