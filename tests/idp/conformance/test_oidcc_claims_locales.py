"""oidcc-claims-locales: claims_locales is accepted."""

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import Stand


def test_claims_locales_are_accepted(stand: Stand) -> None:
    party = RelyingParty(stand)
    assert "name" in party.userinfo(party.sign_in(scope="openid profile", claims_locales="se"))
