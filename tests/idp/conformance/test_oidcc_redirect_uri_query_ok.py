"""oidcc-redirect-uri-query-OK: a redirect URI that was registered with a query works with it."""

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import Stand


def test_registered_query_is_kept_and_added_to(stand: Stand) -> None:
    address = "http://localhost:9999/callback?foo=bar"
    party = RelyingParty(stand, redirect_uris=[address])
    answer = party.authorize(redirect_uri=address)
    assert answer["foo"] == "bar"
    assert "code" in answer
