"""oidcc-prompt-none-logged-in: prompt=none with a session and consent succeeds without a page."""

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import Stand


def test_prompt_none_with_a_session_succeeds_silently(stand: Stand) -> None:
    party, browser = RelyingParty(stand), stand.browser()
    first = party.sign_in(browser)
    browser.open(party.address(prompt="none"))
    second = party.token(party.answer(browser)).json()
    claims = party.check_id_token(second["id_token"], nonce=party.nonce, access_token=second["access_token"])
    assert (claims["sub"], claims["auth_time"]) == (first["claims"]["sub"], first["claims"]["auth_time"])
