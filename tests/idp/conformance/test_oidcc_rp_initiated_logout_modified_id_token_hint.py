"""oidcc-rp-initiated-logout-modified-id-token-hint: a hint whose signature is broken is no hint."""

from tests.idp.conformance.logout import End, log_out, logout_party
from tests.idp.stand import Stand


def test_modified_hint_is_answered_by_a_page(stand: Stand) -> None:
    party, browser = logout_party(stand), stand.browser()
    tokens = party.sign_in(browser)
    assert log_out(party, browser, hint=tokens["id_token"][:-8] + "AAAAAAAA") == End(False, None)
    assert party.is_signed_in(browser) is True
