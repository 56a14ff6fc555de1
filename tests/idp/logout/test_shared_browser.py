"""Sessions of the provider: a new cookie for each sign-in, and two people on one browser who never mix."""

import pytest

from tests.browser import Browser
from tests.idp.logout.clients import logout_url, read, sign_in_at
from tests.idp.stand import ISSUER, Stand

MAYA = {"login": "maya@example.test", "password": "oduvanchik-19"}
VERA = {"login": "vera@example.test", "password": "romashka-17"}


def cookie(browser: Browser) -> str:
    return str(browser.session.cookies["idp_session"])


def silent(stand: Stand, browser: Browser, **parameters: str) -> str:
    """Where a request without any page leads."""
    answer = browser.session.get(stand.authorize_url(prompt="none", **parameters), allow_redirects=False)
    return str(answer.headers["Location"])


def test_se_05_cookie_after_a_sign_in_is_new_and_the_planted_one_is_useless(stand: Stand) -> None:
    browser = stand.browser()
    browser.session.cookies.set("idp_session", "planted-by-somebody-else", domain="localhost.local", path="/")
    sign_in_at(stand, browser, "client")
    values = [found.value for found in browser.session.cookies if found.name == "idp_session"]
    assert values
    assert any(value != "planted-by-somebody-else" for value in values)
    thief = stand.browser()
    thief.session.headers["Cookie"] = "idp_session=planted-by-somebody-else"
    assert "error=login_required" in silent(stand, thief)


def test_se_05_two_sign_ins_in_a_row_have_two_cookies_and_the_old_one_opens_nothing(stand: Stand) -> None:
    browser = stand.browser()
    sign_in_at(stand, browser, "client")
    first = cookie(browser)
    browser.open(stand.authorize_url(prompt="login"))
    stand.sign_in(browser, **VERA)
    second = cookie(browser)
    assert first != second
    thief = stand.browser()
    thief.session.headers["Cookie"] = f"idp_session={first}"
    assert "error=login_required" in silent(stand, thief)


def test_cookie_of_an_ended_session_opens_nothing(stand: Stand) -> None:
    browser = stand.browser()
    tokens = sign_in_at(stand, browser, "client")
    kept = cookie(browser)
    browser.open(logout_url(id_token_hint=str(tokens.body["id_token"])))
    thief = stand.browser()
    thief.session.headers["Cookie"] = f"idp_session={kept}"
    assert "error=login_required" in silent(stand, thief)


def test_se_14_second_person_on_a_browser_half_signed_out_gets_neither_session_nor_consent_of_the_first(stand: Stand) -> None:
    """Vera opens the page that asks whether to sign out, and walks away. Maya sits down."""
    browser = stand.browser()
    veras = read(stand, str(sign_in_at(stand, browser, "client").body["id_token"]))[1]
    browser.open(logout_url())
    assert "logout" in browser.forms()
    veras_cookie = cookie(browser)
    browser.open(stand.authorize_url(prompt="select_account"))
    stand.sign_in(browser, **MAYA)
    assert "consent" in browser.forms(), "what Vera allowed is not what Maya allowed"
    browser.submit("consent", "allow")
    mayas = read(stand, str(stand.redeem(stand.code_from(browser)).body["id_token"]))[1]
    assert mayas["sub"] != veras["sub"]
    assert mayas["sid"] != veras["sid"]
    thief = stand.browser()
    thief.session.headers["Cookie"] = f"idp_session={veras_cookie}"
    assert "error=login_required" in silent(stand, thief)


def test_se_14_hint_of_the_first_person_asks_before_it_signs_the_second_out(stand: Stand) -> None:
    browser = stand.browser()
    veras = str(sign_in_at(stand, browser, "client").body["id_token"])
    browser.open(stand.authorize_url(prompt="login"))
    stand.sign_in(browser, **MAYA)
    browser.submit("consent", "allow")
    assert "code=" in browser.url
    browser.open(logout_url(id_token_hint=veras, post_logout_redirect_uri="http://localhost:9999/signed-out"))
    assert "logout" in browser.forms()
    assert "code=" in silent(stand, browser)


def test_se_14_hint_of_the_first_person_is_never_answered_with_the_second(stand: Stand) -> None:
    browser = stand.browser()
    veras = str(sign_in_at(stand, browser, "client").body["id_token"])
    browser.open(logout_url(id_token_hint=veras))
    sign_in = browser.open(stand.authorize_url())
    stand.sign_in(sign_in, **MAYA)
    sign_in.submit("consent", "allow")
    assert "error=login_required" in silent(stand, browser, id_token_hint=veras)


@pytest.mark.parametrize("address", ["//evil.test", "/\\evil.test", "https:evil.test", "http://evil.test/", "\t//evil.test"])
@pytest.mark.parametrize("name", ["next", "return", "return_to", "return_path", "continue", "redirect", "url"])
def test_se_18_pages_of_the_provider_follow_no_address_of_a_parameter(stand: Stand, name: str, address: str) -> None:
    for path in ("/", "/oauth2/logout", "/?theme=dark", "/oauth2/logout?lang=en"):
        answer = stand.browser().session.get(f"{ISSUER}{path}", params={name: address}, allow_redirects=False)
        location = answer.headers.get("Location", "/")
        assert location.startswith(("/?", "/oauth2/logout?")) or location == "/"
        assert not location.startswith(("//", "/\\"))


@pytest.mark.parametrize(
    "path", ["//evil.test", "//evil.test/", "/%5Cevil.test", "/%5C%5Cevil.test", "/%2F/evil.test", "/https:evil.test"]
)
@pytest.mark.parametrize("query", ["theme=dark", "lang=en"])
def test_se_18_path_that_looks_like_another_host_stays_here(stand: Stand, path: str, query: str) -> None:
    answer = stand.browser().session.get(f"{ISSUER}{path}?{query}", allow_redirects=False)
    location = answer.headers.get("Location", "/")
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))
