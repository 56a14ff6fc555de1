"""oidcc-frontchannel-rp-initiated-logout-discovery-endpoint-verification: discovery says that front channels are loaded."""

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import Stand


def test_discovery_offers_front_channel_logout(stand: Stand) -> None:
    party = RelyingParty(stand)
    assert party.metadata_document["frontchannel_logout_supported"] is True
    assert party.metadata_document["frontchannel_logout_session_supported"] is True
    assert party.endpoint("end_session").startswith("http")
