"""oidcc-ensure-other-scope-order-succeeds: the order of scopes does not matter."""

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import Stand


def test_openid_may_stand_last(stand: Stand) -> None:
    party = RelyingParty(stand)
    assert "email" in party.userinfo(party.sign_in(scope="email openid"))
