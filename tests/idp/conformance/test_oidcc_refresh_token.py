"""oidcc-refresh-token: a refresh token gives tokens for the same person, and no other client may use it."""

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import Stand


def test_refresh_token_belongs_to_person_and_client(stand: Stand) -> None:
    first, second = RelyingParty(stand), RelyingParty(stand)
    tokens = first.sign_in(scope="openid offline_access", prompt="consent")
    data = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], "scope": "openid offline_access"}
    stolen = second.post("token", data)
    assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")
    stand.clock.advance(1)
    fresh = first.post("token", data).json()
    claims = first.check_id_token(fresh["id_token"], nonce=None, access_token=fresh["access_token"])
    assert claims["sub"] == tokens["claims"]["sub"]
    assert claims["iat"] > tokens["claims"]["iat"]
    assert claims["auth_time"] == tokens["claims"]["auth_time"]
