"""oidcc-idtoken-signature: the ID token is signed with a published key that its kid names."""

from tests.idp.conformance.relying_party import RelyingParty, header_of
from tests.idp.stand import Stand


def test_kid_of_the_id_token_names_one_published_key(stand: Stand) -> None:
    party = RelyingParty(stand)
    header = header_of(party.sign_in()["id_token"])
    keys = stand.http().get(party.metadata_document["jwks_uri"]).json()["keys"]
    assert [key["kty"] for key in keys if key["kid"] == header["kid"]] == ["RSA"]
