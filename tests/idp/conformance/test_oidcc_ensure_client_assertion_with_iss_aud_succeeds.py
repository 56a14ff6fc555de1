"""oidcc-ensure-client-assertion-with-iss-aud-succeeds: the issuer as aud of a client assertion is accepted."""

from tests.idp.conformance.signing_party import ASSERTION_TYPE, SigningParty
from tests.idp.stand import ISSUER, Stand


def test_issuer_is_an_audience_of_assertions(stand: Stand) -> None:
    party = SigningParty(stand)
    answer = party.authorize()
    data = {"grant_type": "authorization_code", "code": answer["code"], "redirect_uri": "http://localhost:9999/callback"}
    proof = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": party.assertion(aud=ISSUER)}
    assert stand.http().post(party.endpoint("token"), data=data | proof).status_code == 200
