"""oidcc-session-management-rp-initiated-logout: session_state is unchanged while signed in, and changed after a logout.

What the frame's script computes is computed here; tests/chromium/test_session_frame.py runs the script itself.
"""

import hashlib

from tests.browser import Browser
from tests.idp.conformance.logout import End, log_out, logout_party
from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import CLIENT, Stand


def asked(party: RelyingParty, browser: Browser, session_state: str) -> str:
    """What the frame answers the client (Session Management 1.0, 4.2)."""
    salt = session_state.partition(".")[2]
    state = browser.session.cookies.get("idp_state") or ""
    text = " ".join((party.client["client_id"], CLIENT, state, salt))
    return "unchanged" if f"{hashlib.sha256(text.encode()).hexdigest()}.{salt}" == session_state else "changed"


def test_frame_sees_the_logout(stand: Stand) -> None:
    party, browser = logout_party(stand), stand.browser()
    answer = party.authorize(browser)
    tokens = party.token(answer).json()
    assert " " not in answer["session_state"]
    assert asked(party, browser, answer["session_state"]) == "unchanged"
    assert log_out(party, browser, hint=tokens["id_token"]) == End(True, "state-of-the-logout")
    assert asked(party, browser, answer["session_state"]) == "changed"
    assert party.is_signed_in(browser) is False
