"""oidcc-scope-phone: the scope phone opens its claims at userinfo."""

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import Stand


def test_scope_opens_its_claims(stand: Stand) -> None:
    party = RelyingParty(stand)
    claims = party.userinfo(party.sign_in(scope="openid phone"))
    assert claims.keys() >= {"phone_number_verified", "phone_number"}
    assert "snils" not in claims
