"""The choice of ways: what is offered, to whom, with which words; levels that are asked for, demanded, and stated."""

import re

import pytest

from idp.app import run_due_jobs
from idp.authentication.methods import METHODS
from tests.browser import Browser
from tests.idp.stand import Stand, answer_of

LOW, SUBSTANTIAL = 1, 2


def at_sign_in(stand: Stand, **parameters: str | None) -> Browser:
    return stand.browser().open(stand.authorize_url(**parameters))


def at_second_step(stand: Stand, **parameters: str | None) -> Browser:
    return stand.sign_in(at_sign_in(stand, acr_values="substantial", **parameters))


def ways(browser: Browser) -> dict[str, str]:
    """What the choice on this page offers: the name of each way, and its words."""
    found = re.findall(r'<a class="choice" id="way-(\w+)"[^>]*>(.*?)</a>', browser.answer.text, re.S)
    return {name: " ".join(re.sub(r"<[^>]+>", " ", words).split()) for name, words in found}


def policy(second_factor: str) -> dict[str, object]:
    """The setting of a provider."""
    return {"second_factor": second_factor}


def claims(stand: Stand, browser: Browser) -> dict[str, object]:
    if "consent" in browser.forms():
        browser.submit("consent", "allow")
    return dict(stand.verified(str(stand.redeem(stand.code_from(browser)).body["id_token"])).claims)


def test_r034_right_pair_without_a_risk_is_asked_nothing_more(stand: Stand) -> None:
    stand.execute("UPDATE citizens SET risk_is_judged = true")
    browser = at_second_step(stand)
    browser.submit("code-form", "submit", code=stand.last_code())
    assert "consent" in browser.forms(), "now the browser and the address are known"
    again = stand.sign_in(browser.open(stand.authorize_url(prompt="login")))
    assert "consent" in again.forms()
    assert len(stand.sms()) == 1


def test_r036_account_that_has_to_confirm_twice_has_no_session_before(stand: Stand) -> None:
    browser = stand.sign_in(at_sign_in(stand), login="pyotr@example.test", password="nezabudka-18")
    assert "code-form" in browser.forms()
    assert "idp_session" not in browser.session.cookies
    assert stand.rows("SELECT * FROM sessions") == []


@pytest.mark.parametrize("stand_settings", [{"trusted_proxies": ("127.0.0.0/8",)}])
def test_r037_new_browser_at_a_new_address_takes_a_second_step(stand: Stand, stand_settings: dict[str, object]) -> None:
    assert stand.settings.trusted_proxies == stand_settings["trusted_proxies"]
    stand.execute("UPDATE citizens SET risk_is_judged = true")
    known = at_second_step(stand)
    known.submit("code-form", "submit", code=stand.last_code())
    for browser, address, is_asked in (
        (known, "203.0.113.9", False),
        (stand.browser(), "127.0.0.1", False),
        (stand.browser(), "203.0.113.77", True),
    ):
        browser.session.headers["X-Forwarded-For"] = address
        stand.sign_in(browser.open(stand.authorize_url(prompt="login")))
        assert ("code-form" in browser.forms()) is is_asked, address
    event = next(event for event in reversed(stand.events()) if event["action"] == "risk.found")
    assert event["outcome"] == "second_step"
    assert "unknown_place" in str(event["detail"])


def test_r037_three_failures_demand_a_second_step_until_somebody_is_in(stand: Stand) -> None:
    stand.execute("UPDATE citizens SET risk_is_judged = true")
    browser = at_second_step(stand)
    browser.submit("code-form", "submit", code=stand.last_code())
    for _ in range(3):
        stand.sign_in(browser.open(stand.authorize_url(prompt="login")), password="wrong")
    stand.sign_in(browser)
    assert "Перед этим входом было несколько неверных попыток" in browser.answer.text
    browser.submit("code-form", "submit", code=stand.last_code())
    stand.sign_in(browser.open(stand.authorize_url(prompt="login")))
    assert "consent" in browser.forms(), "the failures are over"


def test_risk_lets_in_who_has_no_second_step_and_says_so(stand: Stand) -> None:
    stand.execute("UPDATE citizens SET risk_is_judged = true, phone_verified_at = NULL, email_verified_at = NULL")
    browser = stand.sign_in(at_sign_in(stand), login="maya@example.test", password="oduvanchik-19")
    assert claims(stand, browser)["acr"] == "low"
    assert "risk.found no_second_step" in stand.actions()


def test_person_whose_risk_is_off_needs_login_and_password_only(stand: Stand) -> None:
    stand.execute("UPDATE citizens SET risk_is_judged = true WHERE id <> ?", stand.citizen("luka@example.test"))
    browser = stand.sign_in(at_sign_in(stand), login="luka@example.test", password="podorozhnik-21")
    assert claims(stand, browser)["amr"] == ["pwd"]


def test_r039_code_by_mail_is_accepted_and_not_offered_without_a_confirmed_address(stand: Stand) -> None:
    browser = at_second_step(stand)
    attempt = browser.url.rpartition("/")[0]
    browser.open(f"{attempt}/email").submit("code-form", "submit", code=stand.last_code())
    assert claims(stand, browser)["amr"] == ["pwd", "otp", "mfa"]
    with stand.realm.database.read() as connection:
        mail = stand.realm.outbox.messages(connection)[-1]
    assert (mail.channel, mail.address, mail.subject) == ("email", "vera@example.test", "Код для входа")

    stand.execute("UPDATE citizens SET email_verified_at = NULL")
    assert "email" not in ways(at_second_step(stand))


def test_r045_second_wrong_code_advises_to_look_at_phone_and_mail(stand: Stand) -> None:
    browser = at_second_step(stand)
    for said in (False, True):
        browser.submit("code-form", "submit", code=f"{(int(stand.last_code()) + 1) % 1_000_000:06d}")
        assert ('id="advice"' in browser.answer.text and 'href="/account"' in browser.answer.text) is said
    for _ in range(3):
        browser.submit("code-form", "submit", code=f"{(int(stand.last_code()) + 1) % 1_000_000:06d}")
    assert "Код больше не действует: пять неверных попыток" in browser.answer.text
    browser.submit("code-form", "submit", code=stand.last_code())
    assert "consent" not in browser.forms()


def test_r051_client_that_asks_for_more_has_the_person_prove_more_in_the_same_session(stand: Stand) -> None:
    browser = stand.sign_in(at_sign_in(stand))
    before = claims(stand, browser)
    browser.open(stand.authorize_url(acr_values="substantial"))
    assert "code-form" in browser.forms()
    after = claims(stand, browser.submit("code-form", "submit", code=stand.last_code()))
    assert (before["acr"], after["acr"], before["sid"]) == ("low", "substantial", after["sid"])


def test_r054_dialog_lists_what_this_account_can_use_and_nothing_else(stand: Stand) -> None:
    offered = ways(at_second_step(stand))
    assert {"code", "email"} <= offered.keys()
    assert "password" not in offered, "it is proved already"
    stand.execute("UPDATE citizens SET phone_verified_at = NULL")
    assert "code" not in ways(at_second_step(stand))


def test_r055_login_and_password_alone_are_pwd_and_the_lowest_level(stand: Stand) -> None:
    told = claims(stand, stand.sign_in(at_sign_in(stand)))
    assert (told["acr"], told["amr"]) == ("low", ["pwd"])


def test_r056_right_password_and_wrong_code_are_no_session(stand: Stand) -> None:
    browser = at_second_step(stand)
    browser.submit("code-form", "submit", code=f"{(int(stand.last_code()) + 1) % 1_000_000:06d}")
    assert stand.rows("SELECT * FROM sessions") == []
    told = claims(stand, browser.submit("code-form", "submit", code=stand.last_code()))
    assert {"pwd", "sms", "otp", "mfa"} <= set(told["amr"])  # type: ignore[call-overload]


def test_r061_each_way_says_what_it_needs(stand: Stand) -> None:
    browser = at_sign_in(stand)
    page = browser.open(f"{browser.url.rpartition('/')[0]}/ways")
    offered = ways(page) | ways(at_second_step(stand))
    assert "Нужны телефон, почта или СНИЛС и пароль" in offered["password"]
    assert "Нужен телефон" in offered["code"]
    for method in METHODS:
        assert str(method.needs)


def test_r063_each_way_says_how_well_it_protects(stand: Stand) -> None:
    browser = at_sign_in(stand)
    first = ways(browser.open(f"{browser.url.rpartition('/')[0]}/ways"))
    assert "базовая защита" in first["password"]
    assert "защищает слабее" in first["password"]
    for words in ways(at_second_step(stand)).values():
        assert "защита" in words


def test_r064_choice_is_a_page_of_its_own_too_and_leads_to_each_way(stand: Stand) -> None:
    browser = at_second_step(stand)
    attempt = browser.url.rpartition("/")[0]
    page = browser.open(f"{attempt}/ways")
    assert "<h1>Как подтвердить вход</h1>" in page.answer.text
    for name in ways(page):
        assert browser.open(f"{attempt}/{name}").url == f"{attempt}/{name}"


def test_no_address_skips_a_step(stand: Stand) -> None:
    """Whatever page is opened, or posted to, before its turn leads to the one that is asked for."""
    browser = at_sign_in(stand, acr_values="substantial")
    attempt = browser.url.rpartition("/")[0]
    for name in ("code", "email", "none"):
        assert browser.open(f"{attempt}/{name}").url == f"{attempt}/password"
        form = browser.forms()["sign-in"]
        browser.session.post(f"{attempt}/{name}", data=form.values | {"code": "123456"})
    assert stand.sms() == []
    stand.sign_in(browser)
    assert browser.open(attempt).url == f"{attempt}/code"
    assert stand.rows("SELECT * FROM sessions") == []


@pytest.mark.parametrize(
    ("stand_settings", "clients", "scope", "is_asked"),
    [
        (policy("on_risk"), None, "openid registry.read", False),
        (policy("on_risk"), "for_records", "openid profile", False),
        (policy("on_risk"), "for_records", "openid registry.read", True),
        (policy("on_risk"), "always", "openid profile", True),
        (policy("for_records"), None, "openid registry.read", True),
        (policy("for_records"), "on_risk", "openid registry.read", True),
        (policy("always"), "on_risk", "openid profile", True),
    ],
)
def test_stricter_policy_of_provider_and_client_holds(
    stand: Stand, stand_settings: dict[str, object], clients: str | None, scope: str, is_asked: bool
) -> None:
    assert stand.settings.second_factor == stand_settings["second_factor"]
    stand.add_client("other", second_factor=clients)
    browser = stand.sign_in(at_sign_in(stand, client_id="other", scope=scope))
    assert ("code-form" in browser.forms()) is is_asked


def test_policy_of_a_client_is_not_passed_by_a_session_with_one_proof(stand: Stand) -> None:
    stand.add_client("strict", second_factor="always")
    browser = stand.sign_in(at_sign_in(stand))
    browser.open(stand.authorize_url(client_id="strict"))
    assert "code-form" in browser.forms()
    refused = answer_of(stand.sign_in(at_sign_in(stand)).open(stand.authorize_url(client_id="strict", prompt="none")))
    assert refused["error"] == "interaction_required"


def test_who_cannot_prove_what_a_client_demands_does_not_get_in(stand: Stand) -> None:
    stand.add_client("strict", second_factor="always")
    stand.execute("UPDATE citizens SET phone_verified_at = NULL, email_verified_at = NULL")
    browser = stand.sign_in(at_sign_in(stand, client_id="strict"), login="maya@example.test", password="oduvanchik-19")
    assert browser.status == 403
    assert stand.rows("SELECT * FROM sessions") == []


def test_cancelled_sign_in_is_over_for_good(stand: Stand) -> None:
    browser = at_second_step(stand)
    attempt = browser.url.rpartition("/")[0]
    browser.submit("cancel-form", "cancel")
    assert answer_of(browser)["error"] == "access_denied"
    assert browser.open(attempt).status == 404
    assert "sign_in.cancelled" in stand.actions()


def test_r028_code_that_could_not_be_delivered_says_so_and_another_way_is_open(stand: Stand) -> None:
    with stand.realm.database.write() as connection:
        stand.realm.outbox.let_fail(connection, channel="sms", address="+70000000017", fails=True)
    browser = at_second_step(stand)
    run_due_jobs(stand.realm)
    browser.open(browser.url)
    assert "SMS не дошло. Проверьте номер или выберите другой способ." in browser.answer.text
    assert "email" in ways(browser)
    assert "Осталось 5 попыток" in browser.answer.text
