"""oidcc-userinfo-post-body: userinfo with the token sent as «post-body»."""

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import Stand


def test_userinfo_answers(stand: Stand) -> None:
    party = RelyingParty(stand)
    tokens = party.sign_in()
    answer = stand.http().post(party.endpoint("userinfo"), data={"access_token": tokens["access_token"]})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json()["sub"] == tokens["claims"]["sub"]
