"""oidcc-ensure-request-without-nonce-succeeds-for-code-flow: a nonce is optional in the code flow."""

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import Stand


def test_request_without_nonce_succeeds(stand: Stand) -> None:
    assert "nonce" not in RelyingParty(stand).sign_in(nonce=None)["claims"]
