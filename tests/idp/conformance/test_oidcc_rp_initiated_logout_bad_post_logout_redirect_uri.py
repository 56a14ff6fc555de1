"""oidcc-rp-initiated-logout-bad-post-logout-redirect-uri: an unregistered address is answered by a page."""

from tests.idp.conformance.logout import End, log_out, logout_party
from tests.idp.stand import Stand


def test_unregistered_address_is_answered_by_a_page(stand: Stand) -> None:
    party, browser = logout_party(stand), stand.browser()
    tokens = party.sign_in(browser)
    assert log_out(party, browser, hint=tokens["id_token"], address="http://localhost:9999/unregistered") == End(False, None)
    assert party.is_signed_in(browser) is True
