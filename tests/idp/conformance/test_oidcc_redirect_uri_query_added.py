"""oidcc-redirect-uri-query-added: a redirect URI whose query is not the registered one is answered by a page."""

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import Stand


def test_other_query_is_answered_by_a_page(stand: Stand) -> None:
    party = RelyingParty(stand, redirect_uris=["http://localhost:9999/callback?foo=bar"])
    browser = stand.browser().open(party.address(redirect_uri="http://localhost:9999/callback?foo=bar&x=y"))
    assert browser.status == 400
    assert browser.url.startswith(party.endpoint("authorization"))
