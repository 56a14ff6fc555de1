"""oidcc-response-type-missing: without response_type there is an error and no code."""

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import Stand


def test_missing_response_type_is_an_error(stand: Stand) -> None:
    answer = RelyingParty(stand).authorize(response_type=None)
    assert answer["error"] in ("invalid_request", "unsupported_response_type")
    assert "code" not in answer
