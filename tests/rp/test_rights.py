"""Who may be served: a confirmed account with the role of the medical service, by the provider's word alone."""

from typing import Any

import pytest

from rp.database import JOURNAL
from tests.rp.conftest import Browser, Stand

ROLE = "citizen.medical_service"


@pytest.fixture
def browser(stand: Stand) -> Browser:
    return stand.browser()


@pytest.mark.parametrize("verified", [False, None, "true", 1, [True]], ids=["false", "null", "text", "number", "list"])
def test_r019_account_that_is_not_verified_is_answered_403(browser: Browser, verified: object) -> None:
    browser.stand.provider.account["verified"] = verified
    page = browser.refusal(browser.sign_in())
    assert page.status_code == 403
    assert "Недостаточно прав" in page.text
    assert 'href="http://localhost:8400/account"' in page.text


@pytest.mark.parametrize("roles", [[], None, ROLE, ["citizen"], [[ROLE]]], ids=["none", "null", "text", "other", "nested"])
def test_r093_person_without_the_role_is_answered_403_with_the_way_to_add_it(browser: Browser, roles: object) -> None:
    browser.stand.provider.account["roles"] = roles
    page = browser.refusal(browser.sign_in())
    assert page.status_code == 403
    assert "Недостаточно прав" in page.text
    assert 'href="http://localhost:8400/account/settings"' in page.text


@pytest.mark.parametrize("name", ["verified", "roles"])
def test_claim_that_is_not_said_is_a_no(browser: Browser, name: str) -> None:
    del browser.stand.provider.account[name]
    assert browser.refusal(browser.sign_in()).status_code == 403


def test_r094_parameter_of_the_callback_gives_no_right(browser: Browser) -> None:
    browser.stand.provider.account |= {"verified": False, "roles": []}
    said = {"verified": "true", "roles": ROLE, "scope": "account"}
    assert browser.refusal(browser.sign_in(**said)).status_code == 403


def test_r094_userinfo_cannot_give_what_the_id_token_does_not_say(browser: Browser) -> None:
    browser.stand.provider.account["roles"] = []
    browser.stand.provider.spoil_userinfo = lambda claims: {**claims, "verified": True, "roles": [ROLE]}
    assert browser.refusal(browser.sign_in()).status_code == 403
    assert "/oauth2/userinfo" not in browser.stand.provider.calls, "nothing is asked about whom nobody may serve"


def test_refusal_is_written_down_without_a_name(browser: Browser) -> None:
    browser.stand.provider.account["roles"] = []
    browser.sign_in()
    with browser.stand.realm.database.read() as connection:
        row = connection.execute(JOURNAL.select().order_by(JOURNAL.c.seq.desc())).mappings().first()
    assert row is not None and (row["action"], row["outcome"]) == ("sign_in", "refused")
    assert "Ромашкина" not in str(row)


@pytest.mark.parametrize(
    ("error", "description", "reason"),
    [
        ("access_denied", "account_not_confirmed: the person went back", "unconfirmed"),
        ("access_denied", "account_not_confirmed", "unconfirmed"),
        ("access_denied", "the person did not allow it", "cancelled"),
        ("access_denied", "account_not_confirmed_at_all", "cancelled"),
        ("access_denied", None, "cancelled"),
        ("interaction_required", "account_not_confirmed: prompt is none", "declined"),
        ("server_error", "account_not_confirmed", "declined"),
    ],
)
def test_r107_answer_of_an_unconfirmed_account_has_a_page_of_its_own(
    browser: Browser, error: str, description: str | None, reason: str
) -> None:
    response = browser.sign_in(code=None, error=error, error_description=description)
    assert f"reason={reason}&" in response.headers["Location"]
    assert "account_not_confirmed" not in response.headers["Location"]
    page = browser.refusal(response)
    assert ("не активирована" in page.text) == (reason == "unconfirmed")
    assert "went back" not in page.text


def test_session_that_was_open_before_goes_on(browser: Browser) -> None:
    """Rights are asked at the sign-in; what ends a session is a logout token, time or its owner."""
    browser.sign_in()
    account: dict[str, Any] = {"verified": False, "roles": []}
    browser.stand.provider.account = account
    assert browser.get("/").status_code == 200
