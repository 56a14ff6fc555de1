"""oidcc-registration-jwks-uri: a client that registers jwks_uri proves itself by the keys found there."""

from tests.idp.conformance.signing_party import JWKS_URI, SigningParty
from tests.idp.signing import make_key
from tests.idp.stand import Stand


def test_keys_at_jwks_uri_are_used(stand: Stand) -> None:
    party = SigningParty(stand)
    assert party.client["jwks_uri"] == JWKS_URI
    assert "client_secret" not in party.client
    assert party.sign_in()["claims"]["sub"]


def test_key_that_is_not_at_jwks_uri_proves_nothing(stand: Stand) -> None:
    party = SigningParty(stand)
    party.published = make_key("RS256")
    answer = party.token(party.authorize())
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
