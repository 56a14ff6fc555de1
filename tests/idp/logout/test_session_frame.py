"""Session management: what a client can watch, and the frame that answers it (Session Management 1.0)."""

import hashlib
from urllib.parse import parse_qsl, urlsplit

import pytest

from idp.sessions.browser_state import compute, origin_of
from tests.browser import Browser
from tests.idp.logout.clients import logout_url, sign_in_at
from tests.idp.stand import ISSUER, Stand

ORIGIN = "http://localhost:9999"


def session_state(stand: Stand, browser: Browser, **parameters: str) -> str:
    stand.obtain_code(browser, **parameters)
    return dict(parse_qsl(urlsplit(browser.url).query))["session_state"]


def formula(client_id: str, origin: str, state: str, salt: str) -> str:
    """Session Management 1.0, 4.2: the hash of client, origin, browser state and salt, a dot, the salt."""
    return hashlib.sha256(" ".join((client_id, origin, state, salt)).encode()).hexdigest() + "." + salt


def test_answer_with_a_code_carries_what_the_cookie_of_the_browser_state_gives(stand: Stand) -> None:
    browser = stand.browser()
    told = session_state(stand, browser)
    assert told == formula("client", ORIGIN, browser.session.cookies["idp_state"], told.partition(".")[2])
    assert " " not in told


def test_every_answer_has_its_own_salt_and_the_same_state(stand: Stand) -> None:
    browser = stand.browser()
    first, second = session_state(stand, browser), session_state(stand, browser)
    assert first != second
    state = browser.session.cookies["idp_state"]
    assert second == formula("client", ORIGIN, state, second.partition(".")[2])


def test_browser_state_is_readable_and_opens_nothing(stand: Stand) -> None:
    browser = stand.browser()
    sign_in_at(stand, browser, "client")
    cookies = {cookie.name: cookie for cookie in browser.session.cookies}
    assert not cookies["idp_state"].has_nonstandard_attr("HttpOnly")
    assert cookies["idp_session"].has_nonstandard_attr("HttpOnly")
    assert cookies["idp_state"].value not in (cookies["idp_session"].value, "")
    thief = stand.browser()
    thief.session.headers["Cookie"] = f"idp_session={cookies['idp_state'].value}"
    answer = thief.session.get(stand.authorize_url(prompt="none"), allow_redirects=False)
    assert "error=login_required" in answer.headers["Location"]


def test_browser_state_changes_with_the_session_and_goes_with_it(stand: Stand) -> None:
    browser = stand.browser()
    tokens = sign_in_at(stand, browser, "client")
    first = browser.session.cookies["idp_state"]
    browser.open(logout_url(id_token_hint=str(tokens.body["id_token"])))
    assert "idp_state" not in browser.session.cookies
    sign_in_at(stand, browser, "client")
    assert browser.session.cookies["idp_state"] != first


def test_browser_state_stays_while_the_same_person_proves_more(stand: Stand) -> None:
    browser = stand.browser()
    sign_in_at(stand, browser, "client")
    first = browser.session.cookies["idp_state"]
    sign_in_at(stand, browser, "client", acr_values="substantial")
    assert browser.session.cookies["idp_state"] == first


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://Client.test/cb", "https://client.test"),
        ("https://client.test:443/cb", "https://client.test"),
        ("http://client.test:80", "http://client.test"),
        ("http://client.test:443/", "http://client.test:443"),
        ("http://localhost:9999/callback?a=b", "http://localhost:9999"),
        ("http://[::1]:9999/cb", "http://[::1]:9999"),
    ],
)
def test_origin_is_written_as_browsers_write_it(address: str, origin: str) -> None:
    assert origin_of(address) == origin


def test_formula_is_that_of_the_specification() -> None:
    given = {"client_id": "client", "origin": ORIGIN, "state": "state", "salt": "salt"}
    assert compute(**given) == formula("client", ORIGIN, "state", "salt")


def test_frame_may_stand_on_any_page_and_holds_nothing_inline(stand: Stand) -> None:
    answer = stand.http().get(f"{ISSUER}/oauth2/session")
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors *" in policy
    assert "script-src 'self'" in policy
    assert "unsafe-inline" not in policy
    assert "X-Frame-Options" not in answer.headers
    assert '<script id="session-frame" src="/oauth2/session/script.js" data-cookie="idp_state"></script>' in answer.text
    script = stand.http().get(f"{ISSUER}/oauth2/session/script.js")
    assert script.headers["Content-Type"].startswith("text/javascript")
    assert script.status_code == 200
