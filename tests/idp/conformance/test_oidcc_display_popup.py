"""oidcc-display-popup: display=popup shows a sign-in page."""

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import Stand


def test_display_is_accepted(stand: Stand) -> None:
    party = RelyingParty(stand)
    browser = stand.browser().open(party.address(display="popup"))
    assert "sign-in" in browser.forms()
    assert "code" in party.walk(browser)
