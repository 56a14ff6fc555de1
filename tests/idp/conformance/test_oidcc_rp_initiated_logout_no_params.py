"""oidcc-rp-initiated-logout-no-params: without any parameter the person is asked, and stays with us."""

from tests.idp.conformance.logout import End, log_out, logout_party
from tests.idp.stand import Stand


def test_no_parameters_ask_and_stay(stand: Stand) -> None:
    party, browser = logout_party(stand), stand.browser()
    party.sign_in(browser)
    assert log_out(party, browser, hint=None, address=None, state=None) == End(False, None)
    assert party.is_signed_in(browser) is False
