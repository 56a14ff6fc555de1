"""oidcc-id-token-hint: prompt=none with an earlier ID token as the hint succeeds for the same person."""

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import Stand


def test_hint_of_the_same_person_succeeds_silently(stand: Stand) -> None:
    party, browser = RelyingParty(stand), stand.browser()
    first = party.sign_in(browser)
    browser.open(party.address(prompt="none", id_token_hint=first["id_token"]))
    second = party.token(party.answer(browser)).json()
    claims = party.check_id_token(second["id_token"], nonce=party.nonce, access_token=second["access_token"])
    assert claims["sub"] == first["claims"]["sub"]
