"""oidcc-scope-address: the scope address opens its claims at userinfo."""

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import Stand


def test_scope_opens_its_claims(stand: Stand) -> None:
    party = RelyingParty(stand)
    claims = party.userinfo(party.sign_in(scope="openid address"))
    assert claims.keys() >= {"address"}
    assert "snils" not in claims
