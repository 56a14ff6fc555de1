"""/idp/ext/Logout: the session of the browser ends, its clients are owed the news, and nobody is led anywhere but home."""

from urllib.parse import urlencode

import pytest

from tests.browser import Browser
from tests.idp.esia.system import System, register_system
from tests.idp.stand import CALLBACK, CLIENT, ISSUER, Stand

LOGOUT = f"{ISSUER}/idp/ext/Logout"


@pytest.fixture
def system(stand: Stand) -> System:
    return register_system(stand, backchannel_logout_uri=f"{CLIENT}/told")


@pytest.fixture
def browser(system: System) -> Browser:
    """Of somebody who has signed in at the system."""
    browser = system.new_browser()
    system.obtain_code(browser)
    return browser


def is_signed_in(system: System, browser: Browser) -> bool:
    return "code" in browser.open(system.authorize_url(signs="rsa")).url


def test_person_is_signed_out_and_goes_where_the_system_wants(system: System, browser: Browser) -> None:
    browser.open(system.logout_url(f"{CLIENT}/anywhere?at=all"))
    assert browser.url == f"{CLIENT}/anywhere?at=all"
    assert browser.answer.history[0].status_code == 302
    assert not is_signed_in(system, browser)


def test_clients_of_the_session_are_owed_the_news(stand: Stand, system: System, browser: Browser) -> None:
    browser.open(system.logout_url())
    assert ("back-channel logout",) in stand.rows("SELECT kind FROM jobs")
    assert "session.ended" in stand.actions()


@pytest.mark.parametrize(("access_type", "status"), [("online", 401), ("offline", 200)])
def test_tokens_die_with_the_session_unless_they_are_for_offline(system: System, access_type: str, status: int) -> None:
    entered = system.sign_in(access_type=access_type)
    assert entered.rest().status_code == 200
    entered.browser.open(system.logout_url())
    assert entered.rest().status_code == status


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"client_id": "TESTIS"},
        {"client_id": "TESTIS", "redirect_url": "http://evil.test/"},
        {"client_id": "TESTIS", "redirect_url": "//evil.test/"},
        {"client_id": "TESTIS", "redirect_url": "http://evil.test\\@localhost:9999/"},
        {"client_id": "TESTIS", "redirect_url": "javascript:alert(1)"},
        {"client_id": "TESTIS", "redirect_uri": CALLBACK},
        {"client_id": "TESTIS", "post_logout_redirect_uri": CALLBACK},
        {"client_id": "NOBODY", "redirect_url": CALLBACK},
        {"client_id": "client", "redirect_url": CALLBACK},
        {"redirect_url": CALLBACK},
    ],
)
def test_browser_stays_with_us_unless_the_address_is_the_systems_own(
    stand: Stand, system: System, browser: Browser, parameters: dict[str, str]
) -> None:
    browser.open(f"{LOGOUT}?{urlencode(parameters)}")
    assert (browser.status, browser.url.partition("?")[0]) == (200, LOGOUT)
    assert "Вы вышли" in browser.text
    assert ("logout.refused redirect_url" in stand.actions()) == ("redirect_url" in parameters)
    assert not is_signed_in(system, browser)


def test_nobody_signed_in_is_no_fault(system: System) -> None:
    browser = system.new_browser().open(system.logout_url(CALLBACK))
    assert browser.url == CALLBACK


def test_only_a_browser_that_follows_a_link_signs_out(system: System, browser: Browser) -> None:
    assert browser.session.post(system.logout_url()).status_code == 405
    assert browser.session.head(system.logout_url()).status_code == 200
    assert is_signed_in(system, browser)
    assert browser.session.get(f"{LOGOUT}?client_id=%ff").status_code == 200
