"""oidcc-scope-all: all standard scopes together."""

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import Stand


def test_all_scopes_open_all_claims(stand: Stand) -> None:
    party = RelyingParty(stand)
    claims = party.userinfo(party.sign_in(scope="openid profile email address phone"))
    assert claims.keys() >= {"name", "email", "address", "phone_number"}
