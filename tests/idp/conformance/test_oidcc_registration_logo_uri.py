"""oidcc-registration-logo-uri: logo_uri is registered and said back."""

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import Stand


def test_logo_uri_is_registered(stand: Stand) -> None:
    address = "https://client.test/logo"
    party = RelyingParty(stand, logo_uri=address)
    assert party.client["logo_uri"] == address
    assert "code" in party.authorize()
