"""Both sessions, the provider's and the registry's, end after fifteen minutes without use, and neither before."""

import pytest

from idp.app import run_due_jobs
from tests.house import CABINET, REGISTRY, VERA, House
from tests.idp.stand import ISSUER

RUN_OUT = "Сессия истекла"
MINUTE = 60


def test_r091_se_07_registry_after_fourteen_minutes_and_fifty_nine_seconds_shows_the_cabinet(house: House) -> None:
    browser = house.sign_in(VERA)
    house.clock.advance(15 * MINUTE - 1)
    assert (browser.open(CABINET).status, browser.url) == (200, CABINET)


def test_r091_se_07_registry_after_fifteen_minutes_and_a_second_leads_to_a_login_page_that_says_so(house: House) -> None:
    browser = house.sign_in(VERA)
    house.clock.advance(15 * MINUTE + 1)
    browser.open(CABINET)
    assert browser.url.startswith(f"{ISSUER}/sign-in/")
    assert RUN_OUT in browser.text


@pytest.mark.parametrize("first", [29, 59, 61, 10 * MINUTE])
def test_r091_se_07_use_of_the_registry_restarts_both_clocks_to_the_second(house: House, first: int) -> None:
    browser = house.sign_in(VERA)
    house.clock.advance(first)
    browser.open(CABINET)
    house.clock.advance(15 * MINUTE - 1)
    run_due_jobs(house.stand.realm)
    assert browser.open(CABINET).url == CABINET
    house.clock.advance(15 * MINUTE + 1)
    run_due_jobs(house.stand.realm)
    assert RUN_OUT in browser.open(CABINET).text


def test_r091_i19_who_works_in_the_registry_for_an_hour_is_known_at_the_provider_too(house: House) -> None:
    browser = house.sign_in(VERA)
    for _ in range(5):
        house.clock.advance(14 * MINUTE)
        run_due_jobs(house.stand.realm)
        assert browser.open(CABINET).url == CABINET
    assert browser.open(f"{ISSUER}/account").url == f"{ISSUER}/account"


def test_i19_session_of_the_registry_ends_when_its_tokens_cannot_be_renewed(house: House) -> None:
    """The registry was away when it was told of the end, or the telling is late."""
    browser = house.sign_in(VERA)
    browser.open(f"{ISSUER}/oauth2/logout").submit("logout", "submit")
    assert browser.open(CABINET).url == CABINET, "nobody has told it yet"
    house.clock.advance(MINUTE)
    assert "sign-in" in browser.open(CABINET).forms()
    house.assert_journals_are_whole()


def test_i19_provider_that_is_away_ends_no_session_of_the_registry_at_once_and_nothing_is_used_twice(house: House) -> None:
    browser = house.sign_in(VERA)
    house.clock.advance(MINUTE)
    provider = house.stand.transport.hosts[ISSUER]
    house.stop_provider()
    assert browser.open(CABINET).url == CABINET
    house.stand.transport.hosts[ISSUER] = provider
    house.clock.advance(MINUTE)
    assert browser.open(CABINET).url == CABINET, "by the provider, which still knows her: nobody typed anything"
    assert "refresh.reused refused" not in house.stand.actions()


def test_r092_after_the_session_of_the_registry_ran_out_signing_in_leads_back_to_the_open_page(house: House) -> None:
    page = f"{REGISTRY}/?group=vaccination"
    browser = house.sign_in(VERA).open(page)
    house.clock.advance(16 * MINUTE)
    house.go_on(browser.open(page), VERA)
    assert (browser.status, browser.url) == (200, page)


def test_several_requests_of_one_browser_renew_its_tokens_once(house: House) -> None:
    browser = house.sign_in(VERA)
    house.clock.advance(MINUTE)
    for _ in range(3):
        browser.open(CABINET)
    assert house.stand.actions().count("tokens.refreshed") == 1
