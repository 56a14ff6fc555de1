"""Sign-out ends everything that a sign-in began: both sessions and every token, at once and for good."""

from ground.jobs import BACK_OFF_SECONDS
from idp.app import run_due_jobs
from rp.trust.access_token import REMEMBERED_SECONDS
from tests.house import CABINET, REGISTRY, VERA, House
from tests.idp.stand import ISSUER


def test_sign_out_ends_both_sessions(house: House) -> None:
    browser = house.sign_in(VERA)
    old_cookies = browser.session.cookies.copy()
    house.sign_out(browser)
    assert (browser.status, browser.url) == (200, f"{REGISTRY}/signed-out")

    browser.session.cookies = old_cookies  # what a thief has copied, or a browser's «restore» brings back
    assert "sign-in" in browser.open(CABINET).forms(), "neither the registry nor the provider knows these cookies"


def test_sign_out_kills_the_api_token_within_a_second(house: House) -> None:
    browser = house.sign_in(VERA)
    token = str(house.session_tokens()["access_token"])
    assert house.ask_api(token).status_code == 200
    house.sign_out(browser)
    assert REMEMBERED_SECONDS <= 1
    house.clock.advance(1)
    answer = house.ask_api(token)
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_sign_out_reaches_the_tokens_of_every_service_of_the_session(house: House) -> None:
    browser = house.sign_in(VERA)
    tokens = house.stand.redeem(house.stand.obtain_code(browser, scope="openid registry.read")).body
    assert house.ask_api(str(tokens["access_token"])).status_code == 200
    house.sign_out(browser.open(CABINET))
    house.clock.advance(1)
    assert house.ask_api(str(tokens["access_token"])).status_code == 401
    userinfo = house.http().get(f"{ISSUER}/oauth2/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"})
    assert userinfo.status_code == 401


def test_sign_out_by_its_own_button_asks_nothing_twice(house: House) -> None:
    """The registry names the very session of this browser, so the provider need not ask, and no token is in an address."""
    browser = house.sign_in(VERA)
    browser.submit("sign-out-form", "sign-out")
    assert browser.url.startswith(f"{REGISTRY}/signed-out")
    assert "sign-in" in browser.open(CABINET).forms(), "the provider does not know her either"


def test_a_link_that_guesses_at_a_session_ends_none(house: House) -> None:
    """The provider asks before it ends a session on the word of somebody's link; «Остаться» keeps it."""
    browser = house.sign_in(VERA)
    browser.open(f"{ISSUER}/oauth2/logout?client_id=registry&logout_hint=00000000-0000-4000-8000-000000000000")
    assert "logout" in browser.forms()
    assert browser.open(CABINET).url == CABINET, "the provider still knows her: back without a password"


def test_sign_out_works_while_the_provider_is_away(house: House) -> None:
    browser = house.sign_in(VERA)
    house.clock.advance(601)  # what was remembered of the provider's metadata has run out
    house.stop_provider()
    browser.submit("sign-out-form", "sign-out")
    assert (browser.status, browser.url) == (200, f"{REGISTRY}/signed-out")
    assert "Пропуск не отвечает" in browser.open(CABINET).text, "signed out here, and no way in"
    assert browser.status == 503


def test_se_12_sign_out_at_the_provider_ends_the_session_of_the_registry(house: House) -> None:
    browser = house.sign_in(VERA)
    browser.open(f"{ISSUER}/oauth2/logout").submit("logout", "submit")
    assert browser.open(f"{REGISTRY}/regions").status == 200
    assert run_due_jobs(house.stand.realm) == 1
    assert "sign-in" in browser.open(CABINET).forms(), "the registry has heard of it"


def test_se_12_registry_that_was_away_hears_of_the_sign_out_when_it_is_back(house: House) -> None:
    browser = house.sign_in(VERA)
    browser.open(f"{ISSUER}/oauth2/logout").submit("logout", "submit")
    registry, house.stand.transport.hosts[REGISTRY] = house.stand.transport.hosts[REGISTRY], None
    assert run_due_jobs(house.stand.realm) == 1
    house.stand.transport.hosts[REGISTRY] = registry
    assert browser.open(CABINET).url == CABINET, "nobody has told it yet"
    house.clock.advance(BACK_OFF_SECONDS[0])
    assert run_due_jobs(house.stand.realm) == 1
    assert "sign-in" in browser.open(CABINET).forms()
