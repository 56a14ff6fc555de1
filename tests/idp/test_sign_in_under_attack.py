"""Somebody tries to come in with less than is asked for: by an old attempt, an old proof, another tab, another order of steps."""

import hashlib
from dataclasses import replace

import pytest

from idp.authentication import attempt as attempts
from idp.authentication.attempt import Attempt, AttemptGone
from idp.authentication.methods.password.store import change_password
from idp.clients import registry
from idp.protocol.assurance import Factor
from tests.browser import Browser
from tests.idp.stand import Stand, answer_of

ACCOUNT = "http://localhost:8400/account"
PASSWORD_PAGE = f"{ACCOUNT}/security/password/add"
VERA = "vera@example.test"


def at_second_step(stand: Stand, **parameters: str | None) -> Browser:
    return stand.sign_in(stand.browser().open(stand.authorize_url(acr_values="substantial", **parameters)))


def signed_in(stand: Stand) -> Browser:
    """Vera, with one proof."""
    browser = stand.browser()
    stand.obtain_code(browser)
    return browser


def attempt_of(stand: Stand, browser: Browser) -> Attempt:
    """The attempt whose page this browser shows."""
    binding = hashlib.sha256(browser.session.cookies["idp_browser"].encode()).hexdigest()
    with stand.realm.database.read() as connection:
        return attempts.find(stand.realm, connection, browser.url.split("/")[-2], browser=binding)


def code(stand: Stand, browser: Browser) -> Browser:
    return browser.submit("code-form", "submit", code=stand.last_code())


def claims(stand: Stand, browser: Browser) -> dict[str, object]:
    if "consent" in browser.forms():
        browser.submit("consent", "allow")
    return dict(stand.verified(str(stand.redeem(stand.code_from(browser)).body["id_token"])).claims)


def new_password(stand: Stand, password: str = "another long password") -> None:
    with stand.realm.database.write() as connection:
        change_password(stand.realm, connection, stand.citizen(VERA), password, actor="operator:test")


def sessions(stand: Stand) -> list[tuple[object, ...]]:
    return stand.rows("SELECT sid FROM sessions WHERE ended_at IS NULL")


def test_proof_of_a_password_that_was_changed_meanwhile_is_worth_nothing(stand: Stand) -> None:
    browser = at_second_step(stand)
    new_password(stand)
    code(stand, browser)
    assert browser.status == 404
    assert sessions(stand) == []


def test_change_of_a_password_ends_no_sign_in_that_is_over(stand: Stand) -> None:
    browser = at_second_step(stand)
    code(stand, browser)
    new_password(stand)
    assert claims(stand, browser)["acr"] == "substantial"


def test_somebody_who_is_disabled_between_two_steps_does_not_get_in(stand: Stand) -> None:
    browser = at_second_step(stand)
    stand.execute("UPDATE citizens SET disabled_at = 1")
    code(stand, browser)
    assert browser.status == 404
    assert sessions(stand) == []


def test_somebody_who_is_disabled_is_sent_no_code(stand: Stand) -> None:
    browser = at_second_step(stand)
    attempt = browser.url.rpartition("/")[0]
    stand.execute("UPDATE citizens SET disabled_at = 1")
    assert browser.open(f"{attempt}/email").status == 404
    assert len(stand.sms()) == 1


def test_step_up_does_not_outlive_the_session_whose_proof_it_keeps(stand: Stand) -> None:
    browser = signed_in(stand)
    step_up = browser.open(stand.authorize_url(acr_values="substantial")).url
    stand.execute("UPDATE sessions SET ended_at = 1")
    browser.open(step_up)
    if "code-form" in browser.forms():
        code(stand, browser)
    assert "sign-in" in browser.forms(), "everything is asked for anew"
    assert sessions(stand) == []


def test_step_up_for_one_person_is_over_when_another_has_signed_in(stand: Stand) -> None:
    browser = signed_in(stand)
    step_up = browser.open(stand.authorize_url(acr_values="substantial")).url
    stand.sign_in(browser.open(stand.authorize_url(prompt="login")), login="luka@example.test", password="podorozhnik-21")
    browser.open(step_up)
    if "code-form" in browser.forms():
        code(stand, browser)
    luka = stand.citizen("luka@example.test")
    assert stand.rows("SELECT citizen_id FROM sessions WHERE ended_at IS NULL") == [(luka,)]


def test_step_up_goes_on_in_a_session_that_got_another_cookie_meanwhile(stand: Stand) -> None:
    browser = signed_in(stand)
    step_up = browser.open(stand.authorize_url(acr_values="substantial")).url
    stand.sign_in(browser.open(stand.authorize_url(prompt="login")))
    code(stand, browser.open(step_up))
    assert claims(stand, browser)["acr"] == "substantial"


def test_lm_27_code_alone_does_not_make_an_old_password_fresh(stand: Stand) -> None:
    """A browser that was left open, and the telephone beside it, are one proof."""
    browser = signed_in(stand)
    stand.clock.advance(6 * 60)
    code(stand, browser.open(stand.authorize_url(acr_values="substantial")))
    assert claims(stand, browser)["acr"] == "substantial"
    assert "add-form" not in browser.open(PASSWORD_PAGE).forms()


def test_lm_27_proof_of_the_last_minutes_is_not_asked_for_again(stand: Stand) -> None:
    browser = signed_in(stand)
    stand.clock.advance(6 * 60)
    code(stand, browser.open(stand.authorize_url(acr_values="substantial")))
    claims(stand, browser)
    browser.open(PASSWORD_PAGE)
    assert "code-form" not in browser.forms()
    browser.submit("sign-in", "submit", password="romashka-17")
    assert "add-form" in browser.forms()


def test_policy_of_a_client_that_became_stricter_meanwhile_holds(stand: Stand) -> None:
    browser = stand.browser().open(stand.authorize_url())
    with stand.realm.database.write() as connection:
        client = registry.find(connection, "client")
        assert client is not None
        registry.replace_terms(stand.realm, connection, replace(client, second_factor="always"), actor="operator:test")
    stand.sign_in(browser)
    assert "code-form" in browser.forms()
    assert claims(stand, code(stand, browser))["acr"] == "substantial"


def test_session_of_somebody_who_is_disabled_gives_a_client_nothing(stand: Stand) -> None:
    browser = signed_in(stand)
    stand.execute("UPDATE citizens SET disabled_at = 1")
    assert answer_of(browser.open(stand.authorize_url(prompt="none")))["error"] == "login_required"
    assert "sign-in" in browser.open(stand.authorize_url()).forms()


def test_account_that_has_to_confirm_twice_from_now_on_does_so_in_a_live_session(stand: Stand) -> None:
    browser = signed_in(stand)
    stand.execute("UPDATE citizens SET second_factor_required = true")
    assert answer_of(browser.open(stand.authorize_url(prompt="none")))["error"] == "interaction_required"
    code(stand, browser.open(stand.authorize_url()))
    assert claims(stand, browser)["acr"] == "substantial"


def test_attempt_that_is_over_takes_no_proof(stand: Stand) -> None:
    browsers = [at_second_step(stand), at_second_step(stand)]
    found = [attempt_of(stand, browser) for browser in browsers]
    browsers[0].submit("cancel-form", "cancel")
    code(stand, browsers[1])
    for attempt in found:
        factor = Factor(method="passkey", kind="possession", amr=("hwk",), at=Stand.START)
        with pytest.raises(AttemptGone), stand.realm.database.write() as connection:
            attempts.add_factor(stand.realm, connection, attempt, factor, citizen_id=stand.citizen(VERA))


def test_proof_that_is_given_again_takes_the_place_of_the_older_one(stand: Stand) -> None:
    attempt = attempt_of(stand, at_second_step(stand))
    with stand.realm.database.write() as connection:
        again = Factor(method="password", kind="knowledge", amr=("pwd",), at=Stand.START + 1)
        attempt = attempts.add_factor(stand.realm, connection, attempt, again, citizen_id=stand.citizen(VERA))
    assert [factor.at for factor in attempt.factors] == [Stand.START + 1]


@pytest.mark.parametrize("deed", ["rename", "remove"])
def test_lm_27_nothing_is_renamed_or_removed_with_one_of_two_proofs_or_an_old_one(stand: Stand, deed: str) -> None:
    browser = stand.browser().open(f"{ACCOUNT}/security")
    form = {"name": "имя", "csrf_token": browser.forms()["sign-in"].values["csrf_token"]}
    stand.sign_in(browser)
    address = f"{ACCOUNT}/security/password/{stand.citizen(VERA)}/{deed}"
    answer = browser.session.post(address, data=form, allow_redirects=False)
    assert "/sign-in/" in answer.headers["Location"]
    browser.open(f"{stand.issuer}{answer.headers['Location']}")
    assert code(stand, browser).url == f"{ACCOUNT}/security", "back to the page, and nothing is done by itself"
    assert browser.session.post(address, data=form).status_code == 404, "a password is neither renamed nor removed"
    stand.clock.advance(5 * 60 + 1)
    assert "/sign-in/" in browser.session.post(address, data=form, allow_redirects=False).headers["Location"]


def test_second_proof_for_the_account_does_not_outlive_the_session(stand: Stand) -> None:
    browser = stand.browser().open(f"{ACCOUNT}/security")
    stand.sign_in(browser)
    browser.open(PASSWORD_PAGE)
    stand.execute("UPDATE sessions SET ended_at = 1")
    code(stand, browser)
    assert "sign-in" in browser.forms(), "everything is asked for anew"
    assert sessions(stand) == []


def test_answer_from_elsewhere_that_nobody_waits_for_changes_nothing(stand: Stand) -> None:
    browser = code(stand, stand.sign_in(stand.browser().open(PASSWORD_PAGE)))
    words = "old-password=romashka-17&new-password=a+new+password&new-password-again=a+new+password"
    assert browser.open(f"{ACCOUNT}/back/password?{words}").status == 404
    assert "password.changed" not in stand.actions()


def test_way_that_is_closed_meanwhile_takes_no_right_answer(stand: Stand) -> None:
    browser = at_second_step(stand)
    browser.open(f"{browser.url.rpartition('/')[0]}/email")
    stand.execute("UPDATE citizens SET email_verified_at = NULL")
    code(stand, browser)
    assert browser.url.endswith("/code"), "there is another way"
    assert sessions(stand) == []


def test_password_is_not_judged_at_the_address_of_another_way(stand: Stand) -> None:
    browser = stand.browser().open(stand.authorize_url())
    form = browser.forms()["sign-in"].values | {"login": VERA, "password": "romashka-17"}
    browser.session.post(f"{browser.url.rpartition('/')[0]}/code", data=form)
    assert "password.checked" not in stand.actions()
    assert sessions(stand) == []


def test_form_that_was_opened_before_signing_out_changes_nothing(stand: Stand) -> None:
    browser = code(stand, stand.sign_in(stand.browser().open(PASSWORD_PAGE)))
    form = browser.forms()["add-form"]
    stand.execute("UPDATE sessions SET ended_at = 1")
    words = {"old-password": "romashka-17", "new-password": "a new password", "new-password-again": "a new password"}
    browser.session.post(form.action, data=form.values | words)
    assert "password.changed" not in stand.actions()


def test_form_without_the_token_of_its_browser_changes_nothing(stand: Stand) -> None:
    browser = code(stand, stand.sign_in(stand.browser().open(PASSWORD_PAGE)))
    words = {"old-password": "romashka-17", "new-password": "a new password", "new-password-again": "a new password"}
    assert browser.session.post(PASSWORD_PAGE, data=words).status_code == 403
    assert "password.changed" not in stand.actions()


def test_sign_in_with_less_in_another_tab_is_not_what_a_client_demands(stand: Stand) -> None:
    stand.add_client("strict", second_factor="always")
    strict = stand.browser().open(stand.authorize_url(client_id="strict"))
    code(stand, stand.sign_in(strict))
    consent = strict.url
    stand.sign_in(strict.open(stand.authorize_url(prompt="login")))
    strict.open(consent)
    assert "code-form" in strict.forms()


def test_wrong_old_password_at_the_account_is_a_failure_like_any(stand: Stand) -> None:
    stand.execute("UPDATE citizens SET risk_is_judged = true")
    browser = stand.sign_in(stand.browser().open(PASSWORD_PAGE))
    code(stand, browser)
    for _ in range(3):
        wrong = {"old-password": "wrong", "new-password": "a new password", "new-password-again": "a new password"}
        browser.submit("add-form", "submit", **wrong)
    assert stand.actions().count("password.checked refused") == 3
    stand.sign_in(browser.open(stand.authorize_url(prompt="login")))
    assert "Перед этим входом было несколько неверных попыток" in browser.answer.text


def test_code_of_one_attempt_is_worth_nothing_in_another(stand: Stand) -> None:
    first = at_second_step(stand)
    of_first = stand.last_code()
    second = at_second_step(stand)
    second.submit("code-form", "submit", code=of_first)
    assert second.status == 400
    code(stand, second)
    first.submit("code-form", "submit", code=of_first)
    assert len(sessions(stand)) == 2


def test_attempt_of_one_browser_is_nobodys_in_another(stand: Stand) -> None:
    browser, other = at_second_step(stand), at_second_step(stand)
    attempt = browser.url.rpartition("/")[0]
    form = other.forms()["code-form"]
    for path in ("", "/ways", "/code", "/email", "/code/state"):
        assert other.session.get(attempt + path).status_code == 404, path
    for path in ("/code", "/password", "/cancel", "/code/again"):
        assert other.session.post(attempt + path, data=form.values | {"code": stand.last_code()}).status_code == 404, path
    assert sessions(stand) == []


def test_code_of_another_person_proves_nothing_in_a_step_up(stand: Stand) -> None:
    browser = signed_in(stand)
    browser.open(stand.authorize_url(acr_values="substantial"))
    pyotr = stand.browser().open(stand.authorize_url(acr_values="substantial"))
    stand.sign_in(pyotr, login="pyotr@example.test", password="nezabudka-18")
    browser.submit("code-form", "submit", code=stand.last_code())
    assert browser.status == 400


def test_password_of_another_person_as_a_second_step_changes_nobody(stand: Stand) -> None:
    browser = at_second_step(stand)
    attempt = browser.url.rpartition("/")[0]
    form = browser.forms()["code-form"].values | {"login": "luka@example.test", "password": "podorozhnik-21"}
    browser.session.post(f"{attempt}/password", data=form)
    assert stand.rows("SELECT citizen_id FROM sign_in_attempts") == [(stand.citizen(VERA),)]
    assert sessions(stand) == []


def test_cancelled_attempt_takes_no_right_code(stand: Stand) -> None:
    browser = at_second_step(stand)
    attempt, form = browser.url.rpartition("/")[0], browser.forms()["code-form"]
    browser.submit("cancel-form", "cancel")
    assert answer_of(browser)["error"] == "access_denied"
    answer = browser.session.post(f"{attempt}/code", data=form.values | {"code": stand.last_code()})
    assert answer.status_code == 404
    assert sessions(stand) == []


def test_completed_attempt_opens_no_second_session(stand: Stand) -> None:
    browser = at_second_step(stand)
    attempt, form = browser.url.rpartition("/")[0], browser.forms()["code-form"]
    code(stand, browser)
    claims(stand, browser)
    stand.execute("UPDATE sessions SET ended_at = 1")
    for path in ("", "/ways", "/code"):
        browser.open(attempt + path)
        browser.session.post(f"{attempt}/code", data=form.values | {"code": stand.last_code()})
    browser.session.post(f"{attempt}/cancel", data=form.values)
    assert sessions(stand) == []


def test_sign_in_that_is_done_cannot_be_given_up_any_more(stand: Stand) -> None:
    browser = at_second_step(stand)
    attempt, form = browser.url.rpartition("/")[0], browser.forms()["code-form"]
    code(stand, browser)
    consent = browser.url
    browser.session.post(f"{attempt}/cancel", data=form.values)
    assert "consent" in browser.open(consent).forms()
    assert "sign_in.cancelled" not in stand.actions()


def test_prompt_none_tells_what_is_missing_and_shows_nothing(stand: Stand) -> None:
    browser = signed_in(stand)
    for parameters, error in (
        ({"acr_values": "substantial"}, "interaction_required"),
        ({"max_age": "0"}, "login_required"),
        ({"claims": '{"id_token":{"acr":{"essential":true,"values":["substantial"]}}}'}, "interaction_required"),
    ):
        assert answer_of(browser.open(stand.authorize_url(prompt="none", **parameters)))["error"] == error


def test_auth_time_and_amr_tell_what_was_proved_and_when(stand: Stand) -> None:
    browser = stand.browser()
    code_form = stand.sign_in(browser.open(stand.authorize_url(max_age="300")))
    before = claims(stand, code_form)
    assert (before["auth_time"], before["amr"], before["acr"]) == (Stand.START, ["pwd"], "low")
    stand.clock.advance(299)
    again = claims(stand, browser.open(stand.authorize_url(max_age="300")))
    assert again["auth_time"] == Stand.START
    stand.clock.advance(2)
    browser.open(stand.authorize_url(max_age="300", acr_values="substantial"))
    assert "sign-in" in browser.forms(), "too old a sign-in is done anew, from the first step"
    stand.sign_in(browser)
    after = claims(stand, code(stand, browser))
    assert (after["auth_time"], after["acr"]) == (Stand.START + 301, "substantial")


def test_essential_level_that_cannot_be_reached_is_an_error_in_a_live_session_too(stand: Stand) -> None:
    browser = signed_in(stand)
    stand.execute("UPDATE citizens SET phone_verified_at = NULL, email_verified_at = NULL")
    stand.execute("DELETE FROM devices")
    essential = '{"id_token":{"acr":{"essential":true,"values":["substantial"]}}}'
    told = answer_of(browser.open(stand.authorize_url(claims=essential)))
    assert told["error"] == "unmet_authentication_requirements"


@pytest.mark.parametrize("value", ["x" * 3000, "ж", "a\0b", '"; Path=/', ""])
def test_strange_device_cookie_is_no_fault_and_is_not_kept(stand: Stand, value: str) -> None:
    browser = at_second_step(stand)
    browser.session.cookies.set("idp_device", value.encode().decode("latin-1"))
    code(stand, browser)
    assert browser.status == 200
    kept = [cookie.value for cookie in browser.session.cookies if cookie.name == "idp_device" and cookie.domain]
    assert [len(str(each)) for each in kept] == [43]


def test_device_cookie_that_another_account_knows_is_unknown_here(stand: Stand) -> None:
    stand.execute("UPDATE citizens SET risk_is_judged = true")
    browser = stand.browser()
    code(stand, stand.sign_in(browser.open(stand.authorize_url(acr_values="substantial"))))
    stand.execute("DELETE FROM known_places WHERE kind = 'address'")
    pyotr = browser.open(stand.authorize_url(prompt="login"))
    stand.execute("UPDATE citizens SET second_factor_required = false")
    stand.sign_in(pyotr, login="pyotr@example.test", password="nezabudka-18")
    assert "code-form" in pyotr.forms()


def test_address_that_somebody_claims_without_a_proxy_of_ours_counts_for_nothing(stand: Stand) -> None:
    stand.execute("UPDATE citizens SET risk_is_judged = true")
    code(stand, at_second_step(stand))
    known = stand.rows("SELECT count(*) FROM known_places WHERE kind = 'address'")
    browser = stand.browser()
    browser.session.headers["X-Forwarded-For"] = "203.0.113.5"
    stand.sign_in(browser.open(stand.authorize_url()))
    assert stand.rows("SELECT count(*) FROM known_places WHERE kind = 'address'") == known


def test_who_proves_two_things_at_a_new_place_is_not_suspected(stand: Stand) -> None:
    stand.execute("UPDATE citizens SET risk_is_judged = true")
    code(stand, at_second_step(stand))
    assert not any(action.startswith("risk.found") for action in stand.actions())


@pytest.mark.parametrize("stand_settings", [{"disabled_methods": ("signature",)}])
def test_session_that_was_carried_elsewhere_makes_no_place_known_without_a_proof(
    stand: Stand, stand_settings: dict[str, object]
) -> None:
    assert stand.settings.disabled_methods == stand_settings["disabled_methods"]
    browser = signed_in(stand)
    stand.execute("UPDATE citizens SET phone_verified_at = NULL, email_verified_at = NULL")
    stand.execute("DELETE FROM devices")
    stand.execute("DELETE FROM known_places")
    for _ in range(3):
        stand.sign_in(stand.browser().open(stand.authorize_url()), password="wrong")
    essential = '{"id_token":{"acr":{"essential":true,"values":["high"]}}}'
    answer_of(browser.open(stand.authorize_url(claims=essential)))
    assert stand.rows("SELECT kind FROM known_places") == []
    assert stand.rows("SELECT count FROM counters WHERE name = 'sign-in failures'") == [(3,)]


def test_wrong_proofs_of_somebody_else_do_not_end_a_count(stand: Stand) -> None:
    stand.execute("UPDATE citizens SET risk_is_judged = true")
    browser = code(stand, at_second_step(stand))
    for _ in range(3):
        stand.sign_in(stand.browser().open(stand.authorize_url()), password="wrong")
    luka = stand.browser().open(stand.authorize_url())
    stand.sign_in(luka, login="luka@example.test", password="podorozhnik-21")
    stand.sign_in(browser.open(stand.authorize_url(prompt="login")))
    assert "code-form" in browser.forms()


def test_nothing_secret_is_in_the_journal(stand: Stand) -> None:
    browser = at_second_step(stand)
    given = stand.last_code()
    code(stand, browser)
    words = str(stand.events())
    for secret in (
        "romashka-17",
        given,
        VERA,
        "+7000",
        browser.session.cookies["idp_device"],
        browser.session.cookies["idp_session"],
    ):
        assert secret not in words


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"login": "a\0b"},
        {"login": "x" * 5000},
        {"login": "ж@\ud800".encode("utf-8", "surrogatepass").decode("latin-1")},
        {"login": VERA, "password": "\0"},
        {"login": VERA, "password": "x" * 5000},
    ],
)
def test_strange_answers_are_one_refusal(stand: Stand, given: dict[str, str]) -> None:
    browser = stand.browser().open(stand.authorize_url())
    values = browser.forms()["sign-in"].values | {"login": "", "password": ""} | given
    answer = browser.session.post(browser.forms()["sign-in"].action, data=values)
    assert answer.status_code == 400
    assert "Неверный логин или пароль" in answer.text


@pytest.mark.parametrize(
    "given", [{}, {"code": "\0"}, {"code": '["123456"]'}, {"code": "١٢٣٤٥٦"}, {"code": "123456.0"}, {"code[]": "123456"}]
)
def test_lm_17_strange_codes_are_refused_before_they_are_compared(stand: Stand, given: dict[str, str]) -> None:
    browser = at_second_step(stand)
    form = browser.forms()["code-form"]
    form.values.pop("code")
    assert browser.session.post(form.action, data=form.values | given).status_code == 400
    assert stand.rows("SELECT tries FROM one_time_codes") == [(0,)]


def test_strange_ids_at_the_account_are_not_found(stand: Stand) -> None:
    browser = code(stand, stand.sign_in(stand.browser().open(PASSWORD_PAGE)))
    token = browser.forms()["add-form"].values
    for enrolled in ("%00", "..%2f", "x" * 300, "%D0%B6"):
        for deed in ("rename", "remove"):
            answer = browser.session.post(f"{ACCOUNT}/security/password/{enrolled}/{deed}", data=token | {"name": "имя"})
            assert answer.status_code == 404, (enrolled, deed)
    assert browser.session.post(f"{ACCOUNT}/security/password/x/remove", data={}).status_code == 403, "no token, no deed"
