"""oidcc-rp-initiated-logout-only-state: a state alone is carried nowhere."""

from tests.idp.conformance.logout import End, log_out, logout_party
from tests.idp.stand import Stand


def test_only_state_asks_and_stays(stand: Stand) -> None:
    party, browser = logout_party(stand), stand.browser()
    party.sign_in(browser)
    assert log_out(party, browser, hint=None, address=None) == End(False, None)
    assert party.is_signed_in(browser) is False
