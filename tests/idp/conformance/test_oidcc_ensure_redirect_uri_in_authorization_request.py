"""oidcc-ensure-redirect-uri-in-authorization-request: redirect_uri is required even of a client that has one only."""

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import Stand


def test_missing_redirect_uri_is_answered_by_a_page(stand: Stand) -> None:
    browser = stand.browser().open(RelyingParty(stand).address(redirect_uri=None))
    assert browser.status == 400
    assert "redirect_uri" in browser.text
