"""One session for every client: signing in once, proving more, and what a client may demand (OpenID Connect Core, 3.1.2.1)."""

import pytest

from tests.browser import Browser
from tests.idp.stand import CALLBACK, SECRET, Stand, answer_of

OTHER = ("other", SECRET)


def id_token(stand: Stand, browser: Browser, auth: tuple[str, str] = ("client", SECRET)) -> str:
    answer = stand.redeem(stand.code_from(browser), auth=auth)
    assert answer.status == 200, answer.body
    return str(answer.body["id_token"])


def claims(stand: Stand, browser: Browser) -> dict[str, object]:
    return dict(stand.verified(id_token(stand, browser)).claims)


def signed_in(stand: Stand, **parameters: str | None) -> Browser:
    browser = stand.browser()
    stand.obtain_code(browser, **parameters)
    return browser


def ask(stand: Stand, browser: Browser, **parameters: str | None) -> Browser:
    return browser.open(stand.authorize_url(**parameters))


def test_r010_signed_in_person_is_not_asked_for_the_password_again(stand: Stand) -> None:
    browser = signed_in(stand)
    assert "code" in answer_of(ask(stand, browser))


def test_r010_second_client_needs_consent_and_no_password(stand: Stand) -> None:
    stand.add_client("other")
    browser = ask(stand, signed_in(stand), client_id="other")
    assert "sign-in" not in browser.forms()
    first, second = signed_in(stand), browser.submit("consent", "allow")
    subject = stand.verified(id_token(stand, second, OTHER)).claims["sub"]
    assert subject == claims(stand, first)["sub"]


def test_acr_values_substantial_asks_for_the_sms_code(stand: Stand) -> None:
    browser = stand.sign_in(ask(stand, stand.browser(), acr_values="substantial"))
    assert "code-form" in browser.forms()
    assert "idp_session" not in browser.session.cookies, "half a proof is no session"
    browser.submit("code-form", "submit", code=stand.last_code()).submit("consent", "allow")
    assert claims(stand, browser)["acr"] == "substantial"


@pytest.mark.parametrize("stand_settings", [{"disabled_methods": ("signature",)}])
def test_lm_46_level_nobody_can_reach_is_never_made_up(stand: Stand, stand_settings: dict[str, object]) -> None:
    browser = signed_in(stand, acr_values="high")
    assert claims(stand, browser)["acr"] == "substantial"


def test_person_whose_record_demands_it_always_takes_the_second_step(stand: Stand) -> None:
    browser = stand.sign_in(ask(stand, stand.browser()), login="pyotr@example.test", password="nezabudka-18")
    assert "code-form" in browser.forms()
    browser.submit("code-form", "submit", code=stand.last_code()).submit("consent", "allow")
    assert claims(stand, browser)["amr"] == ["pwd", "otp", "sms", "mfa"]


def test_person_whose_record_demands_what_they_cannot_do_does_not_get_in(stand: Stand) -> None:
    stand.execute(
        "UPDATE citizens SET phone_verified_at = NULL, email_verified_at = NULL WHERE id = ?", stand.citizen("pyotr@example.test")
    )
    browser = stand.sign_in(ask(stand, stand.browser()), login="pyotr@example.test", password="nezabudka-18")
    assert browser.status == 403
    assert "idp_session" not in browser.session.cookies


def test_step_up_asks_for_the_missing_proof_only_keeps_the_sid_and_changes_the_cookie(stand: Stand) -> None:
    browser = signed_in(stand)
    before, cookie = claims(stand, browser), browser.session.cookies["idp_session"]
    stand.clock.advance(60)
    ask(stand, browser, acr_values="substantial")
    assert "code-form" in browser.forms()
    browser.submit("code-form", "submit", code=stand.last_code())
    after = claims(stand, browser)
    assert after["sid"] == before["sid"]
    assert (after["acr"], after["amr"]) == ("substantial", ["pwd", "otp", "sms", "mfa"])
    assert after["auth_time"] == Stand.START + 60
    assert browser.session.cookies["idp_session"] != cookie


def test_se_05_cookie_from_before_the_step_up_is_worth_nothing(stand: Stand) -> None:
    browser = signed_in(stand)
    old = browser.session.cookies["idp_session"]
    ask(stand, browser, acr_values="substantial").submit("code-form", "submit", code=stand.last_code())
    thief = stand.browser()
    thief.session.cookies.set("idp_session", old, domain="localhost.local", path="/")
    assert "sign-in" in ask(stand, thief).forms()


def test_se_05_two_sign_ins_give_two_sessions_and_cookies(stand: Stand) -> None:
    first, second = signed_in(stand), signed_in(stand)
    assert first.session.cookies["idp_session"] != second.session.cookies["idp_session"]
    assert claims(stand, first)["sid"] != claims(stand, second)["sid"]


def test_se_05_cookie_somebody_planted_is_not_adopted(stand: Stand) -> None:
    browser = stand.browser()
    browser.session.cookies.set("idp_session", "planted" * 7, domain="localhost.local", path="/")
    stand.obtain_code(browser)
    assert browser.session.cookies["idp_session"] != "planted" * 7


@pytest.mark.parametrize(("idle", "asked"), [(15 * 60, False), (15 * 60 + 1, True)])
def test_session_ends_after_fifteen_idle_minutes(stand: Stand, idle: int, asked: bool) -> None:
    browser = signed_in(stand)
    stand.clock.advance(idle)
    assert ("sign-in" in ask(stand, browser).forms()) is asked


def test_session_that_is_used_ends_after_twelve_hours_all_the_same(stand: Stand) -> None:
    browser = signed_in(stand)
    for _ in range(12 * 60 // 15):
        stand.clock.advance(15 * 60)
        assert "code" in answer_of(ask(stand, browser))
    stand.clock.advance(1)
    assert "sign-in" in ask(stand, browser).forms()


def test_prompt_login_asks_again_and_renews_auth_time(stand: Stand) -> None:
    browser = signed_in(stand)
    stand.clock.advance(100)
    ask(stand, browser, prompt="login")
    assert "sign-in" in browser.forms()
    stand.sign_in(browser)
    assert claims(stand, browser)["auth_time"] == Stand.START + 100


def test_prompt_select_account_lets_another_person_in_and_ends_the_first_session(stand: Stand) -> None:
    browser = signed_in(stand)
    vera = claims(stand, browser)
    stand.sign_in(ask(stand, browser, prompt="select_account"), login="maya@example.test", password="oduvanchik-19")
    maya = claims(stand, browser.submit("consent", "allow"))
    assert maya["sub"] != vera["sub"]
    assert maya["sid"] != vera["sid"]
    assert "session.ended" in stand.actions()


def test_prompt_consent_asks_although_the_person_agreed_before(stand: Stand) -> None:
    browser = ask(stand, signed_in(stand), prompt="consent")
    assert "consent" in browser.forms()
    assert "code" in answer_of(browser.submit("consent", "allow"))


def test_prompt_none_answers_without_a_page_when_nothing_is_needed(stand: Stand) -> None:
    assert "code" in answer_of(ask(stand, signed_in(stand), prompt="none"))


def test_prompt_none_says_login_required_without_a_session(stand: Stand) -> None:
    answer = answer_of(ask(stand, stand.browser(), prompt="none"))
    assert (answer["error"], answer["state"], answer["iss"]) == ("login_required", "the state", stand.issuer)


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"scope": "openid snils"}, "consent_required"),
        ({"acr_values": "substantial"}, "interaction_required"),
        ({"max_age": "0"}, "login_required"),
        ({"max_age": "10"}, "login_required"),
    ],
)
def test_prompt_none_says_what_would_have_been_needed(stand: Stand, parameters: dict[str, str], error: str) -> None:
    browser = signed_in(stand)
    stand.clock.advance(11)
    assert answer_of(ask(stand, browser, prompt="none", **parameters))["error"] == error


@pytest.mark.parametrize(("max_age", "asked"), [("100", False), ("99", True), ("0", True)])
def test_max_age_asks_for_the_password_when_the_sign_in_is_older(stand: Stand, max_age: str, asked: bool) -> None:
    browser = signed_in(stand)
    stand.clock.advance(100)
    assert ("sign-in" in ask(stand, browser, max_age=max_age).forms()) is asked


def test_max_age_zero_asks_once_and_then_answers(stand: Stand) -> None:
    browser = ask(stand, signed_in(stand), max_age="0")
    assert "code" in answer_of(stand.sign_in(browser))


def test_az_30_hint_of_another_person_with_prompt_none_never_gives_a_code_for_this_one(stand: Stand) -> None:
    pyotr = stand.sign_in(ask(stand, stand.browser()), login="pyotr@example.test", password="nezabudka-18")
    pyotr.submit("code-form", "submit", code=stand.last_code()).submit("consent", "allow")
    browser = signed_in(stand)
    answer = answer_of(ask(stand, browser, prompt="none", id_token_hint=id_token(stand, pyotr)))
    assert answer["error"] == "login_required"


def test_hint_of_this_person_is_content(stand: Stand) -> None:
    browser = signed_in(stand)
    assert "code" in answer_of(ask(stand, browser, prompt="none", id_token_hint=id_token(stand, browser)))


def test_hint_of_another_person_asks_for_a_sign_in_and_refuses_the_wrong_one(stand: Stand) -> None:
    browser = signed_in(stand)
    hint = id_token(stand, browser)
    stand.sign_in(ask(stand, stand.browser(), id_token_hint=hint), login="vera@example.test")
    other = stand.sign_in(ask(stand, stand.browser(), id_token_hint=hint), login="maya@example.test", password="oduvanchik-19")
    assert answer_of(other)["error"] == "login_required"


@pytest.mark.parametrize("hint", ["junk", "a.b.c", "", "x" * 8192])
def test_hint_that_is_not_our_token_is_refused_at_the_client(stand: Stand, hint: str) -> None:
    assert answer_of(ask(stand, stand.browser(), id_token_hint=hint))["error"] == "invalid_request"


def test_access_token_is_no_hint(stand: Stand) -> None:
    token = stand.tokens()["access_token"]
    assert answer_of(ask(stand, stand.browser(), id_token_hint=token))["error"] == "invalid_request"


def test_request_that_comes_by_a_form_of_the_client_goes_the_same_way(stand: Stand) -> None:
    browser = stand.browser()
    data = {"response_type": "code", "client_id": "client", "redirect_uri": CALLBACK, "scope": "openid", "state": "posted"}
    browser.answer = browser.session.post(
        f"{stand.issuer}/oauth2/authorize", data=data, headers={"Origin": "https://client.test"}
    )
    stand.sign_in(browser).submit("consent", "allow")
    assert answer_of(browser)["state"] == "posted"


def test_paused_request_belongs_to_the_browser_that_took_it_up(stand: Stand) -> None:
    mine = stand.sign_in(ask(stand, stand.browser()))
    thief = stand.browser().open(mine.url)
    assert thief.status == 404
    assert thief.open(mine.url.replace("/consent/", "/oauth2/continue/")).status == 404
    assert "code" in answer_of(mine.submit("consent", "allow"))


def test_answered_request_gives_no_second_code(stand: Stand) -> None:
    browser = stand.sign_in(ask(stand, stand.browser()))
    address = browser.url.replace("/consent/", "/oauth2/continue/")
    browser.submit("consent", "allow")
    assert browser.open(address).status == 404
    assert stand.actions().count("authorization.issued") == 1
