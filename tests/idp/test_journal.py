"""The journal tells of every violation once: when, who, from where, about what and with which outcome, and no secret."""

import json
from collections.abc import Mapping

import pytest

from tests.browser import Browser
from tests.idp.stand import SECRET, Stand

ADDRESS = "127.0.0.1"
WRONG = "not-the-password-17"


def told(stand: Stand, action: str, outcome: str) -> Mapping[str, object]:
    """The one event of its kind, whole."""
    (event,) = [event for event in stand.events() if (event["action"], event["outcome"]) == (action, outcome)]
    assert event["at"] == stand.clock.now()
    assert json.loads(str(event["detail"]))["from"] == ADDRESS
    return event


def assert_no_secret(stand: Stand, *secrets: str) -> None:
    rows = " ".join(str(value) for event in stand.events() for value in event.values())
    assert [secret for secret in secrets if secret in rows] == []


def test_r142_failed_login_leaves_one_event(stand: Stand) -> None:
    stand.sign_in(stand.browser().open(stand.authorize_url()), password=WRONG)
    event = told(stand, "password.checked", "refused")
    assert event["actor"] == f"citizen:{stand.citizen('vera@example.test')}"
    assert str(event["object"]).startswith("attempt:")
    assert_no_secret(stand, WRONG, "vera@example.test")


def test_r142_failed_login_of_nobody_leaves_one_event(stand: Stand) -> None:
    stand.sign_in(stand.browser().open(stand.authorize_url()), login="nobody@example.test", password=WRONG)
    assert told(stand, "password.checked", "refused")["actor"] == "citizen:unknown"
    assert_no_secret(stand, WRONG, "nobody@example.test")


def test_r142_lock_leaves_one_event(stand: Stand) -> None:
    browser = stand.browser().open(stand.authorize_url())
    for _ in range(stand.settings.failures_before_lock):
        stand.sign_in(browser, password=WRONG)
    vera = f"citizen:{stand.citizen('vera@example.test')}"
    (event,) = [event for event in stand.events() if event["action"] == "account.locked"]
    assert vera in (event["actor"], event["object"])
    assert json.loads(str(event["detail"]))["from"] == ADDRESS


def test_r142_wrong_code_leaves_one_event(stand: Stand) -> None:
    browser = stand.sign_in(stand.browser().open(stand.authorize_url(acr_values="substantial")))
    wrong = f"{(int(stand.last_code()) + 1) % 1_000_000:06}"
    browser.submit("code-form", "submit", code=wrong)
    event = told(stand, "code.checked", "wrong")
    assert event["actor"] == f"citizen:{stand.citizen('vera@example.test')}"
    assert_no_secret(stand, wrong, stand.last_code())


def test_r142_replayed_code_leaves_one_event(stand: Stand) -> None:
    code = stand.obtain_code()
    stand.redeem(code)
    assert stand.redeem(code).status == 400
    event = told(stand, "authorization.replayed", "refused")
    assert (event["actor"], str(event["object"])[:7]) == ("client:client", "family:")
    assert_no_secret(stand, code, SECRET)


@pytest.mark.parametrize("token", ["no token", "eyJhbGciOiJub25lIn0.e30.", "x" * 9000])
def test_r142_bad_token_leaves_one_event(stand: Stand, token: str) -> None:
    assert stand.userinfo(token).status_code == 401
    event = told(stand, "token.refused", "refused")
    assert (event["actor"], event["object"]) == (f"address:{ADDRESS}", "endpoint:userinfo")
    assert_no_secret(stand, token)


def test_r142_flood_of_bad_tokens_is_one_event_a_minute_that_counts_the_others(stand: Stand) -> None:
    for _ in range(20):
        stand.userinfo("no token")
    told(stand, "token.refused", "refused")
    stand.clock.advance(60)
    stand.userinfo("no token")
    events = [json.loads(str(event["detail"])) for event in stand.events() if event["action"] == "token.refused"]
    assert [event.get("unwritten") for event in events] == [None, 19]


@pytest.mark.parametrize("place", ["sign-in", "interaction", "consent"])
def test_r142_link_of_another_browser_leaves_one_event(stand: Stand, place: str) -> None:
    browser = stand.browser().open(stand.authorize_url())
    links = {"sign-in": browser.url}
    if place != "sign-in":
        stand.sign_in(browser)
        links["consent"] = browser.url
        links["interaction"] = browser.url.replace("/consent/", "/oauth2/continue/")
    assert stand.browser().open(links[place]).status == 404
    event = told(stand, "access.refused", "other_browser")
    assert event["actor"] == f"address:{ADDRESS}"
    assert str(event["object"]).split(":")[0] == ("attempt" if place == "sign-in" else "interaction")


def test_r142_link_that_never_was_leaves_none(stand: Stand) -> None:
    before = len(stand.events())
    assert stand.browser().open(f"{stand.issuer}/sign-in/never-was").status == 404
    assert len(stand.events()) == before


def test_r142_page_of_the_staff_refused_leaves_one_event(stand: Stand) -> None:
    browser = Browser(stand.transport).open(stand.authorize_url())
    stand.sign_in(browser)
    assert browser.open(f"{stand.issuer}/staff").status == 403
    event = told(stand, "access.refused", "no_role")
    assert (event["actor"], event["object"]) == (f"citizen:{stand.citizen('vera@example.test')}", "page:/staff")


def test_address_of_a_request_is_of_that_request_only(stand: Stand) -> None:
    """What the operator does at the command line came from nowhere, whatever was served before."""
    stand.sign_in(stand.browser().open(stand.authorize_url()), password=WRONG)
    stand.add_client("another")
    assert "from" not in json.loads(str(stand.events()[-1]["detail"]))
