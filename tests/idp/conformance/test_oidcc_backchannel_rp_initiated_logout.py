"""oidcc-backchannel-rp-initiated-logout: after a logout the client's back channel gets a valid logout token."""

from idp.app import run_due_jobs
from tests.idp.conformance.logout import SIGNED_OUT, End, log_out
from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.logout.clients import EVENT, Receiver, read
from tests.idp.stand import ISSUER, Stand

SITE = "https://suite.test"


def test_logout_token_reaches_the_client(stand: Stand) -> None:
    stand.transport.hosts[SITE] = receiver = Receiver()
    party = RelyingParty(
        stand,
        post_logout_redirect_uris=[SIGNED_OUT],
        backchannel_logout_uri=f"{SITE}/backchannel",
        backchannel_logout_session_required=True,
    )
    browser = stand.browser()
    tokens = party.sign_in(browser)
    assert log_out(party, browser, hint=tokens["id_token"]) == End(True, "state-of-the-logout")
    run_due_jobs(stand.realm)
    assert [sorted(form) for form in receiver.forms] == [["logout_token"]]
    header, claims = read(stand, receiver.tokens[0])
    assert (header["alg"], header["typ"]) == ("RS256", "logout+jwt")
    assert (claims["iss"], claims["aud"]) == (ISSUER, party.client["client_id"])
    assert (claims["sub"], claims["sid"]) == (tokens["claims"]["sub"], tokens["claims"]["sid"])
    assert claims["events"] == {EVENT: {}}
    assert claims["iat"] <= stand.clock.now() < claims["exp"]
    assert claims["jti"]
    assert "nonce" not in claims
    assert party.is_signed_in(browser) is False
