"""The one-time code: one use, five minutes, five tries, half a minute between two."""

import logging
import re
import threading
from urllib.parse import urlsplit

import pytest

from ground.outbox import Outbox
from idp.authentication.methods.one_time_code import codes
from tests.browser import Browser
from tests.idp.stand import Stand, answer_of


def at_code(stand: Stand) -> Browser:
    browser = stand.browser().open(stand.authorize_url(acr_values="substantial"))
    stand.sign_in(browser)
    assert "code-form" in browser.forms()
    return browser


def give(browser: Browser, code: str) -> Browser:
    return browser.submit("code-form", "submit", code=code)


def wrong(stand: Stand) -> str:
    return f"{(int(stand.last_code()) + 1) % 1_000_000:06d}"


def is_in(browser: Browser) -> bool:
    return "consent" in browser.forms()


def test_r014_code_arrives_by_sms_is_used_once_and_then_refused(stand: Stand) -> None:
    browser = at_code(stand)
    action, values = browser.forms()["code-form"].action, browser.forms()["code-form"].values
    assert is_in(give(browser, stand.last_code()))
    second = at_code(stand)
    used = stand.sms()[0].split("входа ")[1][:6]
    assert not is_in(give(second, used)) or used == stand.last_code()
    repeated = browser.session.post(action, data=values | {"code": used}, allow_redirects=False)
    assert repeated.status_code == 303, "the attempt is over: its address leads on and judges nothing"
    assert stand.actions().count("code.checked") == 1


def test_lm_13_used_code_is_refused_in_the_same_attempt_too(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = at_code(stand)
    stand.execute("UPDATE one_time_codes SET ended_at = 1, ended_because = 'used'")
    give(browser, stand.last_code())
    assert not is_in(browser)
    assert browser.status == 400


def test_r038_right_code_puts_sms_otp_and_mfa_into_amr(stand: Stand) -> None:
    browser = give(at_code(stand), stand.last_code()).submit("consent", "allow")
    token = str(stand.redeem(stand.code_from(browser)).body["id_token"])
    assert {"sms", "otp", "mfa"} <= set(stand.verified(token).claims["amr"])


def test_r042_there_is_one_field_made_for_a_one_time_code(stand: Stand) -> None:
    page = at_code(stand).answer.text
    field = re.search(r"<input[^>]*name=\"code\"[^>]*>", page)
    assert field is not None
    assert 'autocomplete="one-time-code"' in field[0]
    assert 'inputmode="numeric"' in field[0]
    assert len(re.findall(r"<input(?![^>]*type=\"hidden\")", page)) == 1


def test_r043_right_code_leads_to_the_service(stand: Stand) -> None:
    assert "code" in answer_of(give(at_code(stand), stand.last_code()).submit("consent", "allow"))


@pytest.mark.parametrize(("seconds", "accepted"), [(0, True), (4 * 60 + 59, True), (5 * 60, True), (5 * 60 + 1, False)])
def test_r071_code_is_valid_for_five_minutes(stand: Stand, seconds: int, accepted: bool) -> None:
    browser = at_code(stand)
    stand.clock.advance(seconds)
    assert is_in(give(browser, stand.last_code())) is accepted


def test_r072_expired_code_is_named_so_and_a_new_one_works(stand: Stand) -> None:
    browser = at_code(stand)
    stand.clock.advance(301)
    give(browser, stand.last_code())
    assert "Код устарел" in browser.text
    assert "Отправить код ещё раз" in browser.text
    browser.submit("again-form", "again")
    assert is_in(give(browser, stand.last_code()))


def test_r044_wrong_code_shows_an_error_and_the_button_for_a_new_one(stand: Stand) -> None:
    browser = give(at_code(stand), wrong(stand))
    assert browser.status == 400
    assert "Код не подошёл" in browser.text
    assert "Осталось 4 попытки" in browser.text
    assert "Отправить код ещё раз" in browser.text


def test_r044_new_code_kills_the_old_one(stand: Stand) -> None:
    browser = at_code(stand)
    old = stand.last_code()
    stand.clock.advance(30)
    browser.submit("again-form", "again")
    assert len(stand.sms()) == 2
    assert old != stand.last_code(), "one in a million; run again"
    assert not is_in(give(browser, old))
    assert is_in(give(browser, stand.last_code()))


@pytest.mark.parametrize(
    ("passed", "words"), [(0, "через 30 секунд."), (9, "через 21 секунду."), (28, "через 2 секунды."), (29, "через 1 секунду.")]
)
def test_r044_pressed_again_too_soon_it_names_the_seconds(stand: Stand, passed: int, words: str) -> None:
    browser = at_code(stand)
    stand.clock.advance(passed)
    browser.submit("again-form", "again")
    assert browser.status == 429
    assert words in browser.text
    assert len(stand.sms()) == 1
    assert is_in(give(browser, stand.last_code())), "the first code lives on"


def test_five_wrong_tries_burn_the_code_and_the_right_one_comes_too_late(stand: Stand) -> None:
    browser = at_code(stand)
    for left in (4, 3, 2, 1):
        assert f"{left} попыт" in give(browser, wrong(stand)).text
    assert "пять неверных попыток" in give(browser, wrong(stand)).text
    assert not is_in(give(browser, stand.last_code()))
    stand.clock.advance(30)
    browser.submit("again-form", "again")
    assert is_in(give(browser, stand.last_code()))


def test_fifth_try_may_still_be_right(stand: Stand) -> None:
    browser = at_code(stand)
    for _ in range(4):
        give(browser, wrong(stand))
    assert is_in(give(browser, stand.last_code()))


@pytest.mark.parametrize(
    "junk", ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "1e5000", '["123456"]', "123 56", "-12345", "+12345", "１２３４５６"]
)
def test_lm_17_what_is_not_six_digits_is_refused_and_costs_no_try(stand: Stand, junk: str) -> None:
    browser = give(at_code(stand), junk)
    assert browser.status == 400
    assert "Код состоит из шести цифр" in browser.text
    assert stand.rows("SELECT tries FROM one_time_codes") == [(0,)]


def test_lm_17_many_codes_in_one_request_are_one_try(stand: Stand) -> None:
    browser = at_code(stand)
    form = browser.forms()["code-form"]
    values = [("csrf_token", form.values["csrf_token"]), *(("code", f"{guess:06d}") for guess in range(1000))]
    assert browser.session.post(form.action, data=values).status_code in (400, 413)
    assert stand.rows("SELECT tries <= 1 FROM one_time_codes") == [(1,)]


def test_parallel_guesses_cannot_share_a_try(stand: Stand) -> None:
    browser = at_code(stand)
    form, guesses, answers = browser.forms()["code-form"], 16, []
    start = threading.Barrier(guesses)

    def guess(number: int) -> None:
        start.wait()
        code = f"{(int(stand.last_code()) + 1 + number) % 1_000_000:06d}"
        answers.append(browser.session.post(form.action, data=form.values | {"code": code}, allow_redirects=False).status_code)

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(guesses)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [400] * guesses
    assert [action for action in stand.actions() if action == "code.checked wrong"] == ["code.checked wrong"] * 4
    assert stand.actions().count("code.checked burnt") == 1
    assert stand.actions().count("code.checked no_code") == guesses - 5


def test_second_view_of_the_page_sends_nothing(stand: Stand) -> None:
    browser = at_code(stand)
    for _ in range(3):
        browser.open(browser.url)
    assert len(stand.sms()) == 1


def test_code_of_one_attempt_does_not_open_another(stand: Stand) -> None:
    first, second = at_code(stand), at_code(stand)
    of_the_first = stand.sms()[0].split("входа ")[1][:6]
    assert is_in(give(second, of_the_first)) is (of_the_first == stand.last_code())
    assert is_in(give(first, of_the_first))


def test_lm_18_code_stands_in_the_sms_and_nowhere_else(stand: Stand, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    browser = at_code(stand)
    code = stand.last_code()
    pages = [browser.answer]
    pages += [give(browser, wrong(stand)).answer, browser.submit("again-form", "again").answer]
    pages += [give(browser, code).answer, browser.submit("consent", "allow").answer]
    everything = [answer for page in pages for answer in (*page.history, page)]
    for answer in everything:
        assert code not in answer.text
        assert code not in str(answer.headers)
        assert code not in urlsplit(answer.url).path + urlsplit(answer.url).query
    assert code not in caplog.text
    assert code not in str(stand.events())
    assert all(code.encode() not in bytes(row[0]) for row in stand.rows("SELECT code_hash FROM one_time_codes"))  # type: ignore[call-overload]


def test_without_its_sms_there_is_no_code(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = stand.browser().open(stand.authorize_url(acr_values="substantial"))

    def fail(*_: object, **__: object) -> str:
        raise OSError("the outbox is full")

    with monkeypatch.context() as broken:
        broken.setattr(Outbox, "post", fail)
        stand.sign_in(browser)
    assert browser.status == 500
    assert stand.rows("SELECT count(*) FROM one_time_codes") == [(0,)]
    assert "code.sent" not in stand.actions()
    assert is_in(give(browser.open(browser.url), stand.last_code())), "the same address goes on when the outbox is well again"


def test_without_its_code_there_is_no_sms(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = stand.browser().open(stand.authorize_url(acr_values="substantial"))

    def fail(*_: object, **__: object) -> None:
        raise OSError("the journal is full")

    monkeypatch.setattr(codes, "record", fail)
    assert stand.sign_in(browser).status == 500
    assert stand.sms() == []


def test_hourly_limit_holds_over_attempts_and_is_named(stand: Stand) -> None:
    limited = Stand(stand.settings.home, stand.clock, codes_per_hour=5)
    for _ in range(5):
        at_code(limited)
    browser = at_code(limited)
    assert len(limited.sms()) == 5
    assert "слишком много" in browser.text
    assert browser.submit("again-form", "again").status == 429
    stand.clock.advance(3600)
    fresh = at_code(limited)
    assert len(limited.sms()) == 6
    assert is_in(give(fresh, limited.last_code()))
    limited.close()
