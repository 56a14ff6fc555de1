"""oidcc-ensure-request-with-valid-pkce-succeeds: PKCE with S256."""

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import VERIFIER, Stand, challenge


def test_pkce_succeeds_and_is_enforced(stand: Stand) -> None:
    party = RelyingParty(stand)
    answer = party.authorize(code_challenge=challenge(), code_challenge_method="S256")
    assert party.token(answer).json()["error"] in ("invalid_request", "invalid_grant")
    assert party.token(answer, code_verifier="w" * 43).json()["error"] == "invalid_grant"
    assert party.token(answer, code_verifier=VERIFIER).status_code == 200
