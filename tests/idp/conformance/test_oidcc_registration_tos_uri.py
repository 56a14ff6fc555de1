"""oidcc-registration-tos-uri: tos_uri is registered and said back, and the consent page links to it."""

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import Stand


def test_tos_uri_is_registered(stand: Stand) -> None:
    address = "https://client.test/tos"
    party = RelyingParty(stand, tos_uri=address)
    assert party.client["tos_uri"] == address
    assert "code" in party.authorize()
