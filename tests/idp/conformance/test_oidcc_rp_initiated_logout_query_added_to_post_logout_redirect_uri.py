"""oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri.

A registered address with a query added is not the registered one.
"""

from tests.idp.conformance.logout import End, log_out, logout_party
from tests.idp.stand import Stand


def test_query_added_to_the_address_is_answered_by_a_page(stand: Stand) -> None:
    party, browser = logout_party(stand), stand.browser()
    tokens = party.sign_in(browser)
    assert log_out(party, browser, hint=tokens["id_token"], address="http://localhost:9999/signed-out?foo=bar") == End(
        False, None
    )
    assert party.is_signed_in(browser) is True
