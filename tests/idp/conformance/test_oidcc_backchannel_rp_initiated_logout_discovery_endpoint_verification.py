"""oidcc-backchannel-rp-initiated-logout-discovery-endpoint-verification: discovery says that back channels are told."""

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import Stand


def test_discovery_offers_back_channel_logout(stand: Stand) -> None:
    party = RelyingParty(stand)
    assert party.metadata_document["backchannel_logout_supported"] is True
    assert party.metadata_document["backchannel_logout_session_supported"] is True
    assert party.endpoint("end_session").startswith("http")
