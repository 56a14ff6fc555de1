"""oidcc-redirect-uri-regfrag: a redirect URI with a fragment cannot be registered."""

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import Stand


def test_fragment_is_refused_at_registration(stand: Stand) -> None:
    answer = RelyingParty(stand).register({"redirect_uris": ["http://localhost:9999/callback#fragment"]})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_redirect_uri")
