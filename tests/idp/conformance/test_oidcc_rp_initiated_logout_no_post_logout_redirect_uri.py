"""oidcc-rp-initiated-logout-no-post-logout-redirect-uri: with a hint and no address the person stays with us."""

from tests.idp.conformance.logout import End, log_out, logout_party
from tests.idp.stand import Stand


def test_no_address_stays_with_us(stand: Stand) -> None:
    party, browser = logout_party(stand), stand.browser()
    tokens = party.sign_in(browser)
    assert log_out(party, browser, hint=tokens["id_token"], address=None) == End(False, None)
    assert party.is_signed_in(browser) is False
