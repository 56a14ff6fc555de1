"""oidcc-claims-essential: an essential claim asked for by the claims parameter is at userinfo."""

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import Stand


def test_essential_claim_is_released(stand: Stand) -> None:
    party = RelyingParty(stand)
    claims = party.userinfo(party.sign_in(claims='{"userinfo": {"name": {"essential": true}}}'))
    assert claims["name"] == "Ромашкина Вера Тимофеевна"
    assert "email" not in claims
