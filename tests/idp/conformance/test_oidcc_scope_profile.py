"""oidcc-scope-profile: the scope profile opens its claims at userinfo."""

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import Stand


def test_scope_opens_its_claims(stand: Stand) -> None:
    party = RelyingParty(stand)
    claims = party.userinfo(party.sign_in(scope="openid profile"))
    assert claims.keys() >= {"given_name", "gender", "birthdate", "name", "family_name"}
    assert "snils" not in claims
