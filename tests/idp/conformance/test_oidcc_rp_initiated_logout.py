"""oidcc-rp-initiated-logout: hint, registered address and state: signed out and back."""

from tests.idp.conformance.logout import End, log_out, logout_party
from tests.idp.stand import Stand


def test_hint_and_registered_address_sign_out_and_come_back(stand: Stand) -> None:
    party, browser = logout_party(stand), stand.browser()
    tokens = party.sign_in(browser)
    assert log_out(party, browser, hint=tokens["id_token"]) == End(True, "state-of-the-logout")
    assert party.is_signed_in(browser) is False
