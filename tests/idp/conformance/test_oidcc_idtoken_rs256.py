"""oidcc-idtoken-rs256: ID tokens are RS256 for a client that registers it."""

from tests.idp.conformance.relying_party import RelyingParty, header_of
from tests.idp.stand import Stand


def test_id_token_is_rs256(stand: Stand) -> None:
    party = RelyingParty(stand, id_token_signed_response_alg="RS256")
    assert header_of(party.sign_in()["id_token"])["alg"] == "RS256"
