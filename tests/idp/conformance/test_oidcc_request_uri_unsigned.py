"""oidcc-request-uri-unsigned: an unsigned request object that is fetched from a registered address is used."""

from tests.idp.conformance.relying_party import RelyingParty, serving, unsigned_jwt
from tests.idp.stand import Stand


def test_unsigned_object_by_reference_is_used(stand: Stand) -> None:
    address = "https://client.test/request.jwt"
    party = RelyingParty(stand, request_object_signing_alg="none", request_uris=[address])
    parameters = party.request(state="state-of-the-object")
    stand.transport.hosts["https://client.test"] = serving(unsigned_jwt(parameters).encode(), "application/jwt")
    answer = party.authorize(request_uri=address, state=None)
    assert "code" in answer
    assert answer["state"] == "state-of-the-object"
