"""A system of the ESIA dialect in somebody's account: they see what it knows of them, and take it back."""

from typing import Any

import pytest

from idp.esia.bearer import judge
from tests.browser import Browser
from tests.idp.esia.issuing import granted_to, refused_with
from tests.idp.esia.system import Entered, System, register_system
from tests.idp.stand import ISSUER, Stand

CONSENTS, SESSIONS = f"{ISSUER}/account/consents", f"{ISSUER}/account/sessions"


@pytest.fixture
def system(stand: Stand) -> System:
    return register_system(stand)


def is_good(stand: Stand, tokens: dict[str, Any]) -> bool:
    with stand.realm.database.read() as connection:
        return judge(stand.realm, connection, tokens["access_token"]) is not None


def entered_afresh(stand: Stand, system: System, *, access_type: str) -> Entered:
    """Vera, signed in at a system with two factors, so that she may change something in her account."""
    browser = stand.browser()
    stand.sign_in(browser.open(f"{ISSUER}/account/security/password/add"))
    browser.submit("code-form", "submit", code=stand.last_code())
    return system.sign_in(browser, signs="rsa", scope="openid fullname", access_type=access_type)


def other_browser(stand: Stand) -> Browser:
    browser = stand.browser()
    stand.sign_in(browser.open(f"{ISSUER}/account/security/password/add"))
    browser.submit("code-form", "submit", code=stand.last_code())
    return browser


def test_r147_system_stands_among_the_consents_and_what_it_was_told_too(stand: Stand, system: System) -> None:
    browser = entered_afresh(stand, system, access_type="offline").browser
    page = browser.open(CONSENTS).text
    assert "Учебная система" in page
    assert "ФИО" in page
    assert "при входе, в токене" in page


def test_r147_withdrawn_consent_takes_everything_away_at_once(stand: Stand, system: System) -> None:
    entered = entered_afresh(stand, system, access_type="offline")
    assert is_good(stand, entered.tokens)
    entered.browser.open(CONSENTS).submit("withdraw-TESTIS", "withdraw-button-TESTIS")
    assert not is_good(stand, entered.tokens)
    assert refused_with(entered.refresh(signs="rsa")) == "007011"
    assert {"consent.withdrawn", "tokens.revoked"} <= set(stand.actions())


@pytest.mark.parametrize(("access_type", "lives_on"), [("online", False), ("offline", True)])
def test_sign_out_leaves_what_was_granted_to_outlive_it(stand: Stand, system: System, access_type: str, lives_on: bool) -> None:
    entered = entered_afresh(stand, system, access_type=access_type)
    assert ("refresh_token" in entered.tokens) is lives_on
    entered.browser.open(f"{ISSUER}/oauth2/logout").submit("logout", "submit")
    assert is_good(stand, entered.tokens) is lives_on
    if lives_on:
        granted_to(entered.refresh(signs="rsa"))


def test_session_that_its_person_ends_takes_even_offline_access_away(stand: Stand, system: System) -> None:
    entered = entered_afresh(stand, system, access_type="offline")
    other_browser(stand).open(SESSIONS).submit("end-others", "end-others-button")
    assert not is_good(stand, entered.tokens)
    assert refused_with(entered.refresh(signs="rsa")) == "007011"


def test_activity_names_the_system(stand: Stand, system: System) -> None:
    browser = entered_afresh(stand, system, access_type="online").browser
    assert "Учебная система" in browser.open(f"{ISSUER}/account/activity").text
