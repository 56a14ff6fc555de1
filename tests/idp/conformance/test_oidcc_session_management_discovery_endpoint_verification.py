"""oidcc-session-management-discovery-endpoint-verification: discovery names a check_session_iframe that may be framed."""

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import ISSUER, Stand


def test_discovery_names_the_frame(stand: Stand) -> None:
    party = RelyingParty(stand)
    address = party.metadata_document["check_session_iframe"]
    assert address.startswith(f"{ISSUER}/")
    answer = stand.http().get(address)
    assert (answer.status_code, answer.headers["Content-Type"].partition(";")[0]) == (200, "text/html")
    assert "frame-ancestors *" in answer.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer.headers
    assert party.endpoint("end_session").startswith("http")
