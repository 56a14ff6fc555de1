"""oidcc-codereuse-30seconds: a code that comes back after half a minute is refused, and its access token is dead."""

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import Stand


def test_code_used_again_later_kills_its_tokens(stand: Stand) -> None:
    party = RelyingParty(stand)
    answer = party.authorize()
    tokens = party.token(answer).json()
    stand.clock.advance(30)
    assert party.token(answer).json()["error"] == "invalid_grant"
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert stand.http().get(party.endpoint("userinfo"), headers=headers).status_code == 401
