"""Levels: what is asked for must be said by the answer; whoever has proved less is led to prove more and back."""

import re
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
from werkzeug.test import TestResponse

from rp.access.guard import guarded, require_level
from rp.access.policy import Operation
from tests.rp.conftest import Browser, Stand
from tests.rp.fake_provider import ISSUER

SIGNED_PAGE = "/needs-a-signature"


@guarded(Operation.OPEN_CABINET)
def signed_page() -> str:
    return f"signed in with {require_level('high').acr}"


@pytest.fixture
def browser(stand: Stand) -> Browser:
    """A browser at a registry that has a page for those who signed in with an electronic signature."""
    stand.app().add_url_rule(SIGNED_PAGE, "signed_page", signed_page, methods=["GET", "POST"])
    return stand.browser()


def asked(location: str) -> dict[str, str]:
    assert location.startswith(f"{ISSUER}/oauth2/authorize?")
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def answer(browser: Browser, location: str, acr: str, **parameters: str | None) -> TestResponse:
    """The provider answers this request with that level."""
    browser.stand.provider.acr = acr
    return browser.come_back(browser.stand.provider.approve(location, **parameters))


def test_page_that_needs_a_signature_leads_to_the_provider_and_back_to_itself(browser: Browser) -> None:
    browser.sign_in()
    before = browser.client.get_cookie("rp_session")
    location = browser.get(f"{SIGNED_PAGE}?draft=1").headers["Location"]
    assert asked(location)["acr_values"] == "high"
    response = answer(browser, location, "high")
    assert response.headers["Location"] == f"{SIGNED_PAGE}?draft=1"
    assert browser.get(f"{SIGNED_PAGE}?draft=1").text == "signed in with high"
    after = browser.client.get_cookie("rp_session")
    assert before is not None
    assert after is not None
    assert before.value != after.value


def test_who_has_signed_in_with_a_signature_is_not_sent_again(browser: Browser) -> None:
    answer(browser, browser.leave_for(SIGNED_PAGE), "high")
    assert browser.get(SIGNED_PAGE).status_code == 200


def test_stranger_signs_in_first(browser: Browser) -> None:
    assert asked(browser.leave_for(SIGNED_PAGE))["acr_values"] == "substantial"


def test_rp_15_answer_that_says_less_than_was_asked_is_asked_for_once_more_and_no_oftener(browser: Browser) -> None:
    browser.sign_in()
    again = answer(browser, browser.get(SIGNED_PAGE).headers["Location"], "substantial")
    request = asked(again.headers["Location"])
    assert orjson.loads(request["claims"]) == {"id_token": {"acr": {"essential": True, "values": ["high"]}}}
    refusal = answer(browser, again.headers["Location"], "substantial")
    assert refusal.headers["Location"] == "/sign-in/refused?reason=signature"
    page = browser.get(refusal.headers["Location"])
    assert page.status_code == 403
    assert "Нужна электронная подпись" in page.text
    assert browser.get("/").status_code == 200, "the session that was there goes on"
    assert browser.get(SIGNED_PAGE).status_code == 302


@pytest.mark.parametrize("acr", ["low", "gold", ""])
def test_rp_15_step_up_starts_by_itself_and_opens_the_page_that_was_wanted(stand: Stand, acr: str) -> None:
    browser = stand.browser()
    again = answer(browser, browser.leave_for("/?group=vaccination"), acr)
    assert "rp_session" not in "".join(again.headers.getlist("Set-Cookie"))
    request = asked(again.headers["Location"])
    levels = ["substantial", "high"]
    assert orjson.loads(request["claims"])["id_token"]["acr"] == {"essential": True, "values": levels}
    assert answer(browser, again.headers["Location"], "substantial").headers["Location"] == "/?group=vaccination"


@pytest.mark.parametrize(("path", "reason"), [("/", "assurance"), (SIGNED_PAGE, "signature")])
def test_rp_15_provider_that_cannot_reach_the_level_is_a_page_that_names_it(browser: Browser, path: str, reason: str) -> None:
    if path == SIGNED_PAGE:
        browser.sign_in()
    location = browser.get(path).headers["Location"]
    error = "unmet_authentication_requirements"
    response = answer(browser, location, "low", code=None, error=error)
    assert response.headers["Location"] == f"/sign-in/refused?reason={reason}&error={error}"


def test_rp_15_session_of_a_lenient_day_opens_nothing_on_a_strict_one(make_stand: Callable[..., Stand]) -> None:
    stand = make_stand(required_acr="low")
    browser = stand.browser()
    answer(browser, browser.leave_for(), "low")
    assert browser.get("/").status_code == 200
    object.__setattr__(stand.realm, "settings", replace(stand.realm.settings, required_acr="substantial"))
    assert asked(browser.get("/").headers["Location"])["acr_values"] == "substantial"


def test_r062_lenient_registry_shows_the_banner_to_a_password_alone_and_to_nobody_else(make_stand: Callable[..., Stand]) -> None:
    stand = make_stand(required_acr="low")
    for acr, is_shown in (("low", True), ("substantial", False)):
        browser = stand.browser()
        answer(browser, browser.leave_for(), acr)
        assert bool(re.search(r'href="/sign-in/stronger', browser.get("/").text)) == is_shown
