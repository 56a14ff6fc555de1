"""Front-channel logout: the page after sign-out loads the clients' addresses in frames, then goes back."""

import re
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.browser import Browser
from tests.idp.logout.clients import logout_url, read, sign_in_at
from tests.idp.stand import ISSUER, Stand

BACK = "http://localhost:9999/signed-out"


def frames(browser: Browser) -> list[str]:
    return [unescape(address) for address in re.findall(r'<iframe[^>]* src="([^"]*)"', browser.answer.text)]


@pytest.fixture
def browser(stand: Stand) -> Browser:
    stand.add_client("one", frontchannel_logout_uri="http://localhost:7001/front")
    stand.add_client("two", frontchannel_logout_uri="https://two.test:8443/front?keep=1")
    return stand.browser()


def sign_out(stand: Stand, browser: Browser, **parameters: str) -> str:
    """Sign in at both, then out; return the `sid`."""
    for client_id in ("one", "two", "client"):
        tokens = sign_in_at(stand, browser, client_id)
    hint = str(tokens.body["id_token"])
    browser.open(logout_url(id_token_hint=hint, **parameters))
    return str(read(stand, hint)[1]["sid"])


def test_each_client_of_the_session_is_loaded_with_issuer_and_session(stand: Stand, browser: Browser) -> None:
    sid = sign_out(stand, browser)
    addresses = sorted(frames(browser))
    assert [address.partition("?")[0] for address in addresses] == ["http://localhost:7001/front", "https://two.test:8443/front"]
    assert [dict(parse_qsl(urlsplit(address).query)) for address in addresses] == [
        {"iss": ISSUER, "sid": sid},
        {"keep": "1", "iss": ISSUER, "sid": sid},
    ]


def test_page_may_frame_exactly_these_clients(stand: Stand, browser: Browser) -> None:
    sign_out(stand, browser)
    policy = dict(part.strip().split(" ", 1) for part in browser.answer.headers["Content-Security-Policy"].split(";"))
    assert sorted(policy["frame-src"].split()) == ["http://localhost:7001", "https://two.test:8443"]
    assert policy["frame-ancestors"] == "'none'"


def test_page_leads_back_without_a_script(stand: Stand, browser: Browser) -> None:
    sign_out(stand, browser, post_logout_redirect_uri=BACK, state='"><script>')
    assert browser.url.startswith(ISSUER)
    refresh = re.search(r'<meta http-equiv="refresh" content="2;url=([^"]*)">', browser.answer.text)
    link = re.search(r'<a [^>]*id="continue"[^>]*href="([^"]*)"', browser.answer.text) or re.search(
        r'<a [^>]*href="([^"]*)"[^>]*id="continue"', browser.answer.text
    )
    assert refresh
    assert link
    assert unescape(refresh[1]) == unescape(link[1]) == f"{BACK}?state=%22%3E%3Cscript%3E"
    assert "<script" not in browser.answer.text


def test_page_without_a_way_back_stays(stand: Stand, browser: Browser) -> None:
    sign_out(stand, browser)
    assert "http-equiv" not in browser.answer.text
    assert 'id="home"' in browser.answer.text


def test_who_has_nothing_to_load_goes_straight_back(stand: Stand) -> None:
    browser = stand.browser()
    tokens = sign_in_at(stand, browser, "client")
    browser.open(logout_url(id_token_hint=str(tokens.body["id_token"]), post_logout_redirect_uri=BACK))
    assert browser.url == BACK


def test_page_is_english_for_those_who_want_it(stand: Stand, browser: Browser) -> None:
    sign_out(stand, browser, post_logout_redirect_uri=BACK, ui_locales="en")
    assert "We are telling the other services" in browser.text
