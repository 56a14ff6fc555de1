"""mod_auth_openidc: Apache lets in whom the provider vouches for, refreshes, and lets go of whoever leaves, here or there."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from tests.browser import Browser
from tests.clients.apache import Apache, an_address, running_apache
from tests.house import VERA
from tests.reliability.servers import plain_http, real_browser
from tests.running_stand import RunningStand, wait_for


@pytest.fixture(scope="module")
def apache(running_stand: RunningStand) -> Iterator[Apache]:
    """Registered by RFC 7591, and told nothing of the provider but its discovery URL."""
    apache = an_address()
    issuer = running_stand.at.issuer
    body = {
        "client_name": "Учебный архив",
        "redirect_uris": [apache.callback],
        "post_logout_redirect_uris": [apache.bye],
        "backchannel_logout_uri": f"{apache.callback}?logout=backchannel",
        "backchannel_logout_session_required": True,
        "grant_types": ["authorization_code", "refresh_token"],
        "require_pkce": True,
    }
    with plain_http() as session:
        answer = session.post(f"{issuer}/oauth2/register", json=body, timeout=10)
    assert answer.status_code == 201, answer.text
    with running_apache(apache, issuer, answer.json()):
        yield apache


def test_mod_auth_openidc_signs_in_refreshes_and_signs_out(running_stand: RunningStand, apache: Apache) -> None:
    browser = real_browser()
    known = _sign_in(browser, apache)
    issuer = running_stand.at.issuer
    assert known["OIDC_CLAIM_iss"] == issuer
    assert known["OIDC_CLAIM_given_name"] == "Вера", "from user info"
    assert known["REMOTE_USER"].startswith(known["OIDC_CLAIM_sub"] + "@"), "the claim sub, at the issuer"

    refresh = {"refresh": apache.page, "access_token": known["OIDC_access_token"]}
    browser.open(f"{apache.callback}?{urlencode(refresh)}")
    assert browser.url == apache.page, "without an error_code: it has been refreshed"
    renewed = _known(browser)
    assert renewed["OIDC_access_token"] != known["OIDC_access_token"]
    assert renewed["OIDC_CLAIM_sub"] == known["OIDC_CLAIM_sub"]

    browser.open(f"{apache.callback}?{urlencode({'logout': apache.bye})}")
    assert browser.url.partition("?")[0] == apache.bye, browser.text
    browser.open(apache.page)
    assert "sign-in" in browser.forms(), "neither has a session of this person"


def test_mod_auth_openidc_is_told_that_the_person_left_the_provider(running_stand: RunningStand, apache: Apache) -> None:
    browser = real_browser()
    _sign_in(browser, apache)
    browser.open(f"{running_stand.at.issuer}/oauth2/logout").submit("logout", "submit")
    wait_for(lambda: browser.open(apache.page).url != apache.page or None, "the logout token has come to Apache", seconds=20)
    assert "sign-in" in browser.forms()


def _sign_in(browser: Browser, apache: Apache) -> dict[str, str]:
    """From the closed page to the open one; what Apache knows about the person."""
    browser.open(apache.page)
    browser.submit("sign-in", "submit", login=VERA.email, password=VERA.password)
    if "consent" in browser.forms():
        browser.submit("consent", "allow")
    assert browser.url == apache.page, browser.text
    return _known(browser)


def _known(browser: Browser) -> dict[str, str]:
    lines = browser.answer.content.decode().splitlines()
    return {name: value for name, _, value in (line.partition("=") for line in lines)}
