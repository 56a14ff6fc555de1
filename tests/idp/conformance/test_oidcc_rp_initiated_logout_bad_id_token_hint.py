"""oidcc-rp-initiated-logout-bad-id-token-hint: a hint that is no token is no hint."""

from tests.idp.conformance.logout import End, log_out, logout_party
from tests.idp.stand import Stand


def test_bad_hint_is_answered_by_a_page(stand: Stand) -> None:
    party, browser = logout_party(stand), stand.browser()
    party.sign_in(browser)
    assert log_out(party, browser, hint="nonsense") == End(False, None)
    assert party.is_signed_in(browser) is True
