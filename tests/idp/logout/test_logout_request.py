"""RP-initiated logout: who may ask, who is asked, and where nobody is ever sent (RP-Initiated Logout 1.0)."""

import base64
import json
from collections.abc import Callable

import pytest

from tests.browser import Browser
from tests.idp.logout.clients import logout_url, sign_in_at
from tests.idp.stand import ISSUER, Stand

BACK = "http://localhost:9999/signed-out"


@pytest.fixture
def browser(stand: Stand) -> Browser:
    return stand.browser()


@pytest.fixture
def hint(stand: Stand, browser: Browser) -> str:
    """The ID token of a sign-in in this browser."""
    return str(sign_in_at(stand, browser, "client").body["id_token"])


def is_signed_in(stand: Stand, browser: Browser) -> bool:
    """Does the provider answer without asking anybody?"""
    answer = browser.session.get(stand.authorize_url(prompt="none"), allow_redirects=False)
    return "code=" in answer.headers["Location"]


def test_se_09_good_hint_and_registered_address_lead_back_with_state_and_no_question(
    stand: Stand, browser: Browser, hint: str
) -> None:
    answer = browser.session.get(
        logout_url(id_token_hint=hint, post_logout_redirect_uri=BACK, state="a b&c"), allow_redirects=False
    )
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"{BACK}?state=a+b%26c"
    assert not is_signed_in(stand, browser)


def test_se_09_without_proof_there_is_one_confirmation_and_then_the_way_back(stand: Stand, browser: Browser, hint: str) -> None:
    browser.open(logout_url(client_id="client", post_logout_redirect_uri=BACK, state="s"))
    assert "Учебная поликлиника" in browser.text
    assert is_signed_in(stand, browser)
    browser.open(logout_url(client_id="client", post_logout_redirect_uri=BACK, state="s")).submit("logout", "submit")
    assert browser.url == f"{BACK}?state=s"
    assert not is_signed_in(stand, browser)


def test_logout_may_be_asked_for_by_post(stand: Stand, browser: Browser, hint: str) -> None:
    answer = browser.session.post(
        f"{ISSUER}/oauth2/logout",
        data={"id_token_hint": hint, "post_logout_redirect_uri": BACK, "state": "s"},
        headers={"Origin": "http://localhost:9999", "Sec-Fetch-Site": "cross-site"},
    )
    assert answer.url == f"{BACK}?state=s"
    assert not is_signed_in(stand, browser)


@pytest.mark.parametrize(
    "parameters", [{}, {"state": "only"}, {"ui_locales": "en"}, {"id_token_hint": ""}, {"logout_hint": "vera@example.test"}]
)
def test_request_that_names_nobody_asks_the_person_and_stays_here(
    stand: Stand, browser: Browser, hint: str, parameters: dict[str, str]
) -> None:
    browser.open(logout_url(**parameters))
    assert "logout" in browser.forms()
    assert is_signed_in(stand, browser)
    browser.open(logout_url(**parameters)).submit("logout", "submit")
    assert browser.url.startswith(ISSUER)
    assert browser.title.startswith(("Вы вышли", "You are signed out", "You have signed out"))
    assert not is_signed_in(stand, browser)


def test_hint_without_an_address_ends_the_session_and_says_so(stand: Stand, browser: Browser, hint: str) -> None:
    assert browser.open(logout_url(id_token_hint=hint)).title.startswith("Вы вышли")
    assert not is_signed_in(stand, browser)


def test_address_without_state_gets_none(browser: Browser, hint: str) -> None:
    assert browser.open(logout_url(id_token_hint=hint, post_logout_redirect_uri=BACK)).url == BACK


def test_state_joins_the_query_that_the_client_registered(stand: Stand, browser: Browser) -> None:
    stand.add_client("asking", post_logout_redirect_uris=(f"{BACK}?page=1",))
    hint = str(sign_in_at(stand, browser, "asking").body["id_token"])
    browser.open(logout_url(id_token_hint=hint, post_logout_redirect_uri=f"{BACK}?page=1", state="s"))
    assert browser.url == f"{BACK}?page=1&state=s"


def test_who_is_signed_in_nowhere_goes_back_at_once(stand: Stand, hint: str) -> None:
    elsewhere = stand.browser().open(logout_url(id_token_hint=hint, post_logout_redirect_uri=BACK))
    assert elsewhere.url == BACK


def test_hint_that_has_run_out_still_counts(stand: Stand, browser: Browser, hint: str) -> None:
    for _ in range(3):
        stand.clock.advance(600)
        assert is_signed_in(stand, browser)
    assert browser.open(logout_url(id_token_hint=hint, post_logout_redirect_uri=BACK)).url == BACK


def with_claims(token: str, **changes: object) -> str:
    header, payload, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    payload = base64.urlsafe_b64encode(json.dumps(claims | changes).encode()).rstrip(b"=").decode()
    return f"{header}.{payload}.{signature}"


BAD_HINTS: dict[str, Callable[[str], str]] = {
    "not a token": lambda token: "not a token",
    "modified": lambda token: with_claims(token, sub="another"),
    "another signature": lambda token: token[:-8] + "AAAAAAAA",
    "unsigned": lambda token: base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode() + "." + token.split(".")[1] + ".",
    "too long": lambda token: token + "A" * 9000,
    "not ASCII": lambda token: "хвост" + token,
}


@pytest.mark.parametrize("case", BAD_HINTS)
def test_bad_hint_is_a_page_that_redirects_nobody_and_ends_nothing(stand: Stand, browser: Browser, hint: str, case: str) -> None:
    browser.open(logout_url(id_token_hint=BAD_HINTS[case](hint), post_logout_redirect_uri=BACK, state="s"))
    assert browser.status == 400
    assert browser.url.startswith(ISSUER)
    assert "invalid_request" in browser.text
    assert "id_token_hint" in browser.text
    assert is_signed_in(stand, browser)
    assert stand.events()[-1]["action"] != "session.ended"
    assert any(event["action"] == "logout.refused" for event in stand.events())


def test_access_token_is_no_hint(stand: Stand, browser: Browser) -> None:
    tokens = sign_in_at(stand, browser, "client")
    browser.open(logout_url(id_token_hint=str(tokens.body["access_token"]), post_logout_redirect_uri=BACK))
    assert browser.status == 400


BAD_ADDRESSES = (
    "http://localhost:9999/elsewhere",
    f"{BACK}?added=1",
    f"{BACK}/",
    f"{BACK}#fragment",
    BACK.replace("localhost", "LOCALHOST"),
    BACK.replace("localhost", "localhost@evil.test"),
    "http://localhost:9999/callback",
    "https://localhost:9999/signed-out",
    "//evil.test",
    "/\\evil.test",
    "https:evil.test",
    "javascript:alert(1)",
    "data:text/html,hello",
)


@pytest.mark.parametrize("address", BAD_ADDRESSES)
def test_se_18_address_that_was_not_registered_is_a_page_and_never_a_redirect(
    stand: Stand, browser: Browser, hint: str, address: str
) -> None:
    answer = browser.session.get(logout_url(id_token_hint=hint, post_logout_redirect_uri=address), allow_redirects=False)
    assert answer.status_code == 400
    assert "invalid_request" in answer.text
    assert f'href="{address}"' not in answer.text
    assert is_signed_in(stand, browser)


def test_address_needs_somebody_whose_it_is(browser: Browser, hint: str) -> None:
    browser.open(logout_url(post_logout_redirect_uri=BACK, state="s"))
    assert browser.status == 400
    assert "client_id" in browser.text


def test_address_of_another_client_is_refused(stand: Stand, browser: Browser, hint: str) -> None:
    stand.add_client("other", post_logout_redirect_uris=("http://localhost:9998/bye",))
    browser.open(logout_url(id_token_hint=hint, post_logout_redirect_uri="http://localhost:9998/bye"))
    assert browser.status == 400


def test_client_must_be_the_one_the_hint_was_issued_to(stand: Stand, browser: Browser, hint: str) -> None:
    stand.add_client("other")
    browser.open(logout_url(id_token_hint=hint, client_id="other", post_logout_redirect_uri=BACK))
    assert browser.status == 400
    browser.open(logout_url(id_token_hint=hint, client_id="client", post_logout_redirect_uri=BACK))
    assert browser.url == BACK


def test_unknown_client_gets_no_redirect(browser: Browser, hint: str) -> None:
    assert browser.open(logout_url(client_id="nobody", post_logout_redirect_uri=BACK)).status == 400


@pytest.mark.parametrize(
    "query", ["state=a&state=b", "client_id=%00", "state=%00", "state=%ff", "&".join(f"a{number}=1" for number in range(200))]
)
def test_request_that_cannot_be_read_is_a_page(browser: Browser, query: str) -> None:
    assert browser.open(f"{ISSUER}/oauth2/logout?{query}").status == 400


@pytest.mark.parametrize("name", ["state", "client_id", "post_logout_redirect_uri"])
def test_parameter_that_is_too_long_is_refused(browser: Browser, name: str) -> None:
    browser.open(logout_url(**{name: "a" * 9000}))
    assert browser.status == 400
    assert name in browser.text


def test_post_must_be_a_form(browser: Browser) -> None:
    answer = browser.session.post(f"{ISSUER}/oauth2/logout", json={"state": "s"})
    assert answer.status_code == 400


def test_confirmation_needs_the_page_of_this_browser(stand: Stand, browser: Browser, hint: str) -> None:
    assert browser.session.post(f"{ISSUER}/oauth2/logout/confirmed", data={}).status_code == 403
    assert is_signed_in(stand, browser)


def test_confirmation_judges_the_address_again(browser: Browser, hint: str) -> None:
    page = browser.open(logout_url(client_id="client", post_logout_redirect_uri=BACK))
    form = page.forms()["logout"]
    answer = browser.session.post(form.action, data=form.values | {"post_logout_redirect_uri": "http://evil.test/"})
    assert answer.status_code == 400


def test_page_after_the_end_can_be_read_in_the_other_language(browser: Browser, hint: str) -> None:
    browser.open(logout_url()).submit("logout", "submit")
    browser.open(f"{browser.url}?lang=en")
    assert browser.status == 200
    assert browser.answer.text.count('lang="en"') >= 1


def test_registered_address_with_signs_of_a_policy_breaks_no_page(stand: Stand, browser: Browser) -> None:
    """A semicolon or a comma of a path once made the page with the form a 500: it does not stand in the policy at all."""
    address = f"{BACK};a=1,2'3"
    stand.add_client("odd", post_logout_redirect_uris=(address,))
    sign_in_at(stand, browser, "odd")
    browser.open(logout_url(client_id="odd", post_logout_redirect_uri=address))
    assert browser.status == 200
    assert browser.submit("logout", "submit").status == 200
