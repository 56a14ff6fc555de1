"""oidcc-userinfo-rs256: userinfo is a signed JWT for a client that registers it."""

from joserfc import jwt
from joserfc.jwk import KeySet

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import ISSUER, Stand


def test_userinfo_is_signed(stand: Stand) -> None:
    party = RelyingParty(stand, userinfo_signed_response_alg="RS256")
    tokens = party.sign_in()
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    answer = stand.http().get(party.endpoint("userinfo"), headers=headers)
    keys = KeySet.import_key_set(stand.http().get(party.metadata_document["jwks_uri"]).json())
    claims = jwt.decode(answer.text, keys, algorithms=["RS256"]).claims
    assert answer.headers["Content-Type"] == "application/jwt"
    assert (claims["iss"], claims["aud"]) == (ISSUER, party.client["client_id"])
    assert claims["sub"] == tokens["claims"]["sub"]
