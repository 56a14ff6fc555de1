"""oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported.

An unsigned request object is honoured or refused as not supported.
"""

from tests.idp.conformance.relying_party import RelyingParty, unsigned_jwt
from tests.idp.stand import Stand


def test_unsigned_request_object_is_used_or_refused_by_name(stand: Stand) -> None:
    party = RelyingParty(stand, request_object_signing_alg="none")
    document = party.metadata_document
    parameters = party.request(state="state-of-the-object")
    answer = party.authorize(request=unsigned_jwt(parameters), state=None)
    if document["request_parameter_supported"]:
        assert "code" in answer
        assert answer["state"] == "state-of-the-object"
    else:
        assert answer["error"] == "request_not_supported"
