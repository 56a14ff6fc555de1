"""oidcc-rp-initiated-logout-no-id-token-hint.

Without a hint the person is asked, and an address without a client goes nowhere.
"""

from tests.idp.conformance.logout import End, log_out, logout_party
from tests.idp.stand import Stand


def test_address_without_client_goes_nowhere(stand: Stand) -> None:
    party, browser = logout_party(stand), stand.browser()
    party.sign_in(browser)
    assert log_out(party, browser, hint=None) == End(False, None)
    assert party.is_signed_in(browser) is True
