"""R108: the provider goes away in the middle of a sign-in, and comes back."""

import re

from tests.house import CABINET, REGISTRY, VERA, House
from tests.idp.stand import ISSUER

NUMBER = re.compile(r"ТН-\d{8}-[0-9a-f]{6}")


def test_r108_provider_that_goes_away_during_the_sign_in_is_a_page_with_a_number_and_nothing_needs_a_restart(
    house: House,
) -> None:
    browser = house.browser().open(CABINET)
    browser.submit("sign-in", "submit", login=VERA.email, password=VERA.password)
    browser.submit("code-form", "submit", code=house.stand.last_code())
    provider = house.stand.transport.hosts[ISSUER]
    assert callable(provider)

    def away_for_the_registry(environment: dict[str, object], start_response: object) -> object:
        if environment["PATH_INFO"] in ("/oauth2/token", "/oauth2/userinfo"):
            start_response("500 Internal Server Error", [("Content-Type", "text/html")])  # type: ignore[operator]
            return [b"<h1>broken</h1>"]
        return provider(environment, start_response)  # type: ignore[arg-type]

    house.stand.transport.hosts[ISSUER] = away_for_the_registry  # type: ignore[assignment]
    browser.submit("consent", "allow")
    assert browser.status == 503
    assert browser.url.startswith(f"{REGISTRY}/sign-in/refused")
    assert "Технические неполадки" in browser.text
    assert NUMBER.search(browser.text)
    house.stand.transport.hosts[ISSUER] = provider
    house.sign_in(VERA, browser)
    assert (browser.status, browser.url.startswith(f"{REGISTRY}/sign-in")) == (200, False)
    assert browser.url.startswith(REGISTRY)
