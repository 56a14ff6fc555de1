"""oidcc-prompt-login: prompt=login asks again, and the second auth_time is later."""

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import Stand


def test_prompt_login_signs_in_again(stand: Stand) -> None:
    party, browser = RelyingParty(stand), stand.browser()
    first = party.sign_in(browser)
    stand.clock.advance(2)
    browser.open(party.address(prompt="login"))
    assert "sign-in" in browser.forms()
    second = party.sign_in(browser, prompt="login")
    assert second["claims"]["sub"] == first["claims"]["sub"]
    assert second["claims"]["auth_time"] > first["claims"]["auth_time"]
