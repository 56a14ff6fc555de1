"""oidcc-max-age-10000: max_age=10000 asks nobody and says when the person signed in."""

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import Stand


def test_max_age_10000_keeps_the_sign_in(stand: Stand) -> None:
    party, browser = RelyingParty(stand), stand.browser()
    first = party.sign_in(browser)
    stand.clock.advance(2)
    browser.open(party.address(max_age="10000"))
    assert "code" in party.answer(browser)
    second = party.sign_in(browser, max_age="10000")
    assert second["claims"]["auth_time"] == first["claims"]["auth_time"]
