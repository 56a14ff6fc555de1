"""oidcc-server-client-secret-post: the same with client_secret_post."""

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import Stand


def test_code_flow_with_the_secret_in_the_form(stand: Stand) -> None:
    party = RelyingParty(stand, token_endpoint_auth_method="client_secret_post")
    party.userinfo(party.sign_in())
