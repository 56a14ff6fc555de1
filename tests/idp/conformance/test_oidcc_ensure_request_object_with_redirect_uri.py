"""oidcc-ensure-request-object-with-redirect-uri: the redirect URI may stand in the request object alone or in both."""

from tests.idp.conformance.relying_party import RelyingParty, unsigned_jwt
from tests.idp.stand import Stand


def test_redirect_uri_of_the_object_is_used(stand: Stand) -> None:
    party = RelyingParty(stand, request_object_signing_alg="none")
    parameters = party.request()
    assert "code" in party.authorize(request=unsigned_jwt(parameters), redirect_uri=None)
