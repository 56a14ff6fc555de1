"""oidcc-max-age-1: max_age=1 asks again after two seconds."""

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import Stand


def test_max_age_1_signs_in_again(stand: Stand) -> None:
    party, browser = RelyingParty(stand), stand.browser()
    first = party.sign_in(browser)
    stand.clock.advance(2)
    browser.open(party.address(max_age="1"))
    assert "sign-in" in browser.forms()
    second = party.sign_in(browser, max_age="1")
    assert second["claims"]["auth_time"] > first["claims"]["auth_time"]
