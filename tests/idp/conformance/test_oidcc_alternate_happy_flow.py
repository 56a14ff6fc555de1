"""oidcc-alternate-happy-flow: a second client of the same person, in the same browser, without another password."""

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import Stand


def test_second_client_needs_no_password(stand: Stand) -> None:
    browser = stand.browser()
    first = RelyingParty(stand).sign_in(browser)
    party = RelyingParty(stand, token_endpoint_auth_method="client_secret_post")
    browser.open(party.address())
    assert "sign-in" not in browser.forms()
    assert party.sign_in(browser)["claims"]["sub"] == first["claims"]["sub"]
