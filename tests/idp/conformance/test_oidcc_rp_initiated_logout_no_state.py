"""oidcc-rp-initiated-logout-no-state: without a state none comes back."""

from tests.idp.conformance.logout import End, log_out, logout_party
from tests.idp.stand import Stand


def test_no_state_comes_back_when_none_was_sent(stand: Stand) -> None:
    party, browser = logout_party(stand), stand.browser()
    tokens = party.sign_in(browser)
    assert log_out(party, browser, hint=tokens["id_token"], state=None) == End(True, None)
    assert party.is_signed_in(browser) is False
