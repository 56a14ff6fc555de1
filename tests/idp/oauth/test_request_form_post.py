"""Answers by form (OAuth 2.0 Form Post Response Mode)."""

import pytest

from tests.browser import Browser
from tests.idp.stand import CALLBACK, Stand, answer_of


def posted(browser: Browser) -> dict[str, str]:
    """What the page is about to post to the client."""
    form = browser.forms()["answer"]
    assert (form.action, form.method, browser.status) == (CALLBACK, "post", 200)
    return dict(form.values)


def at_answer(stand: Stand, **parameters: str | None) -> Browser:
    browser = stand.sign_in(stand.browser().open(stand.authorize_url(response_mode="form_post", **parameters)))
    return browser.submit("consent", "allow")


def test_code_is_posted_with_state_and_issuer_by_a_button_that_needs_no_script(stand: Stand) -> None:
    browser = at_answer(stand, state="<b>&\"'")
    answer = posted(browser)
    assert (answer["state"], answer["iss"]) == ("<b>&\"'", stand.issuer)
    assert "go-back" in browser.forms()["answer"].buttons
    assert "?" not in browser.url
    assert stand.redeem(answer["code"]).status == 200
    browser.submit("answer", "go-back")
    assert browser.url == CALLBACK


def test_page_runs_our_own_script_only_and_may_post_to_the_client_only(stand: Stand) -> None:
    browser = at_answer(stand)
    policy = browser.answer.headers["Content-Security-Policy"]
    assert "form-action 'self' http://localhost:9999" in policy
    assert "unsafe-inline" not in policy
    assert browser.answer.headers["Cache-Control"] == "no-store"
    assert "form_post.js" in browser.answer.text
    assert "<script>" not in browser.answer.text


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"prompt": "none"}, "login_required"),
        ({"scope": "unheard-of"}, "invalid_scope"),
        ({"request": "x"}, "invalid_request_object"),
    ],
)
def test_errors_are_posted_too(stand: Stand, parameters: dict[str, str], error: str) -> None:
    answer = posted(stand.browser().open(stand.authorize_url(response_mode="form_post", **parameters)))
    assert (answer["error"], answer["state"], answer["iss"]) == (error, "the state", stand.issuer)


def test_refused_consent_is_posted_too(stand: Stand) -> None:
    browser = stand.sign_in(stand.browser().open(stand.authorize_url(response_mode="form_post")))
    assert posted(browser.submit("consent", "deny"))["error"] == "access_denied"


@pytest.mark.parametrize("mode", ["fragment", "web_message", "form_post.jwt", "query.jwt", "jwt", "", "FORM_POST"])
def test_az_19_another_response_mode_is_refused_in_the_query(stand: Stand, mode: str) -> None:
    browser = stand.browser().open(stand.authorize_url(response_mode=mode))
    assert answer_of(browser)["error"] == "invalid_request"
    assert "#" not in browser.url
