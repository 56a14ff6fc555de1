"""oidcc-rp-initiated-logout-discovery-endpoint-verification: discovery names the end_session_endpoint."""

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import Stand


def test_discovery_names_the_endpoint(stand: Stand) -> None:
    assert RelyingParty(stand).endpoint("end_session").startswith("http")
