"""Whoever has an electronic signature signs a request by it: the registry asks the provider for the level `high`."""

from tests.browser import Browser
from tests.house import CABINET, REGISTRY, VERA, House
from tests.idp.stand import ISSUER
from tests.suites.sign_in_methods.driver import attempt_of
from tests.suites.sign_in_methods.signature import certify, give, signed


def sign_in_by_signature(house: House, browser: Browser) -> Browser:
    """From a page of the provider that asks who somebody is, by a certificate of theirs."""
    browser.open(f"{attempt_of(browser)}/signature")
    return house.go_on(give(browser, signed(browser, certify(house.stand))), VERA)


def draft_of(browser: Browser) -> Browser:
    """Keep a draft of a request for a test."""
    return browser.open(f"{REGISTRY}/requests/new/test").submit("request-form", "save")


def test_r062_person_with_a_signature_proves_it_before_signing_and_comes_back(house: House) -> None:
    browser = sign_in_by_signature(house, house.browser().open(CABINET))
    assert house.last_session()["acr"] == "high"
    house.sign_out(browser)
    house.clock.advance(1)  # type: ignore[union-attr]
    house.sign_in(VERA, browser)
    assert house.last_session()["acr"] == "substantial"
    draft = draft_of(browser).url
    assert draft.startswith(f"{REGISTRY}/requests/"), browser.text
    signing = f"{draft}/signing"
    browser.open(signing)
    assert browser.url.startswith(f"{ISSUER}/sign-in/")
    house.clock.advance(1)  # type: ignore[union-attr]
    sign_in_by_signature(house, browser)
    assert (browser.status, browser.url) == (200, signing)
    assert house.last_session()["acr"] == "high"


def test_person_without_a_signature_is_not_asked_for_one(house: House) -> None:
    browser = house.sign_in(VERA)
    draft_of(browser)
    assert browser.url.startswith(f"{REGISTRY}/requests/")
    assert not browser.url.endswith("/signing")
    assert house.last_session()["acr"] == "substantial"
