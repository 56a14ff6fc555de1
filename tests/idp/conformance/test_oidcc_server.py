"""oidcc-server: a whole code flow with a client that was just registered, every claim of the ID token checked."""

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import Stand


def test_code_flow_gives_a_valid_id_token_and_userinfo(stand: Stand) -> None:
    party = RelyingParty(stand)
    tokens = party.sign_in()
    assert party.userinfo(tokens) == {"sub": tokens["claims"]["sub"]}
