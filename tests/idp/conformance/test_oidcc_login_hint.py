"""oidcc-login-hint: login_hint is shown in the field it belongs to."""

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import Stand


def test_login_hint_is_prefilled(stand: Stand) -> None:
    party = RelyingParty(stand)
    browser = stand.browser().open(party.address(login_hint="vera@example.test"))
    assert browser.forms()["sign-in"].values["login"] == "vera@example.test"
    assert "code" in party.walk(browser)
