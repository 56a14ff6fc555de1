"""oidcc-idtoken-unsigned: unsigned ID tokens are not offered, so registering for one is refused."""

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import Stand


def test_unsigned_id_tokens_are_neither_offered_nor_registered(stand: Stand) -> None:
    party = RelyingParty(stand)
    assert "none" not in party.metadata_document["id_token_signing_alg_values_supported"]
    answer = party.register({"redirect_uris": ["http://localhost:9999/callback"], "id_token_signed_response_alg": "none"})
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_client_metadata"
