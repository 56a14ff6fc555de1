"""oidcc-ensure-post-request-succeeds: an authorization request may come by POST."""

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import Stand


def test_post_request_succeeds(stand: Stand) -> None:
    party, browser = RelyingParty(stand), stand.browser()
    browser.answer = browser.session.post(party.endpoint("authorization"), data=party.request())
    assert "code" in party.walk(browser)
