"""oidcc-ensure-registered-redirect-uri: an unregistered redirect URI is answered by a page of ours."""

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import Stand


def test_unregistered_redirect_uri_is_answered_by_a_page(stand: Stand) -> None:
    party = RelyingParty(stand)
    browser = stand.browser().open(party.address(redirect_uri="http://localhost:9999/other"))
    assert browser.status == 400
    assert browser.url.startswith(party.endpoint("authorization"))
    assert "redirect_uri" in browser.text
