"""oidcc-request-uri-signed-rs256: a request object by reference, signed RS256 with a key of jwks_uri, is the request."""

import pytest

from tests.idp.conformance.signing_party import REQUEST_URI, SigningParty
from tests.idp.stand import ISSUER, Stand


@pytest.fixture
def party(stand: Stand) -> SigningParty:
    return SigningParty(stand, request_object_signing_alg="RS256", request_uris=[REQUEST_URI])


def bring(party: SigningParty) -> dict[str, str]:
    return party.authorize(request_uri=REQUEST_URI, state=None, nonce=None)


def test_signed_object_by_reference_is_the_request(party: SigningParty) -> None:
    claims = {"iss": party.client["client_id"], "aud": ISSUER, **party.request(state="inside the object")}
    party.request_object = party.sign(**claims).encode()
    answer = bring(party)
    assert answer["state"] == "inside the object"
    assert party.token(answer).status_code == 200


def test_object_signed_with_a_key_that_is_not_published_is_refused(party: SigningParty) -> None:
    claims = {"iss": party.client["client_id"], "aud": ISSUER, **party.request()}
    party.request_object = party.sign(**claims).encode()
    party.rotate()
    assert bring(party)["error"] == "invalid_request_object"
