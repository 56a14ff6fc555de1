"""oidcc-registration-policy-uri: policy_uri is registered and said back, and the consent page links to it."""

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import Stand


def test_policy_uri_is_registered(stand: Stand) -> None:
    address = "https://client.test/policy"
    party = RelyingParty(stand, policy_uri=address)
    assert party.client["policy_uri"] == address
    assert "code" in party.authorize()
