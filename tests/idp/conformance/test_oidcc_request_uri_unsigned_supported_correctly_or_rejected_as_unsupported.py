"""oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported.

An unsigned request object by reference is honoured or refused as not supported.
"""

from tests.idp.conformance.relying_party import RelyingParty, serving, unsigned_jwt
from tests.idp.stand import Stand


def test_unsigned_object_by_reference_is_used_or_refused_by_name(stand: Stand) -> None:
    address = "https://client.test/request.jwt"
    party = RelyingParty(stand, request_object_signing_alg="none", request_uris=[address])
    stand.transport.hosts["https://client.test"] = serving(
        unsigned_jwt(party.request()).encode(), "application/oauth-authz-req+jwt"
    )
    answer = party.authorize(request_uri=address)
    if party.metadata_document["request_uri_parameter_supported"]:
        assert "code" in answer
    else:
        assert answer["error"] == "request_uri_not_supported"
