"""oidcc-discovery-endpoint-verification: the document holds what Discovery 1.0 requires."""

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import ISSUER, Stand


def test_discovery_document_is_complete(stand: Stand) -> None:
    document = RelyingParty(stand).metadata_document
    assert document["issuer"] == ISSUER
    for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "registration_endpoint"):
        assert document[name].startswith(ISSUER + "/")
    assert "RS256" in document["id_token_signing_alg_values_supported"]
    assert "code" in document["response_types_supported"]
    assert "openid" in document["scopes_supported"]
    assert document["subject_types_supported"]
    assert document["claims_supported"]


def test_published_keys_hold_no_private_part_and_have_names(stand: Stand) -> None:
    keys = stand.http().get(RelyingParty(stand).metadata_document["jwks_uri"]).json()["keys"]
    assert len({key["kid"] for key in keys}) == len(keys)
    assert not any({"d", "p", "q", "k"} & key.keys() for key in keys)
