"""oidcc-frontchannel-rp-initiated-logout: the page after a logout loads the client's address with iss and sid."""

import re
from html import unescape
from urllib.parse import parse_qsl, urlsplit

from tests.idp.conformance.logout import SIGNED_OUT, log_out
from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import CLIENT, ISSUER, Stand

FRONT = f"{CLIENT}/frontchannel"


def test_clients_address_is_loaded_before_the_browser_goes_back(stand: Stand) -> None:
    party = RelyingParty(
        stand,
        post_logout_redirect_uris=[SIGNED_OUT],
        frontchannel_logout_uri=FRONT,
        frontchannel_logout_session_required=True,
    )
    browser = stand.browser()
    tokens = party.sign_in(browser)
    log_out(party, browser, hint=tokens["id_token"])
    [frame] = re.findall(r'<iframe[^>]* src="([^"]*)"', browser.answer.text)
    address, _, query = unescape(frame).partition("?")
    assert address == FRONT
    assert dict(parse_qsl(query)) == {"iss": ISSUER, "sid": tokens["claims"]["sid"]}
    [back] = re.findall(r'<meta http-equiv="refresh" content="[0-9]+;url=([^"]*)">', browser.answer.text)
    parts = urlsplit(unescape(back))
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == SIGNED_OUT
    assert dict(parse_qsl(parts.query)) == {"state": "state-of-the-logout"}
    assert party.is_signed_in(browser) is False
