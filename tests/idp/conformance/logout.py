"""Signing out as the certification suite does, and whether it worked."""

from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.browser import Browser
from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import Stand

SIGNED_OUT = "http://localhost:9999/signed-out"


@dataclass(frozen=True)
class End:
    """Where the browser ended: `returned` to the client or not, and the state it brought."""

    returned: bool
    state: str | None


def logout_party(stand: Stand) -> RelyingParty:
    """A client that registered where it wants people back."""
    return RelyingParty(stand, post_logout_redirect_uris=[SIGNED_OUT])


def log_out(
    party: RelyingParty,
    browser: Browser,
    *,
    hint: str | None,
    address: str | None = SIGNED_OUT,
    state: str | None = "state-of-the-logout",
) -> End:
    """Open the end_session_endpoint and say yes if the person is asked."""
    parameters = {"id_token_hint": hint, "post_logout_redirect_uri": address, "state": state}
    given = {name: value for name, value in parameters.items() if value is not None}
    browser.open(f"{party.endpoint('end_session')}?{urlencode(given)}")
    if "logout" in browser.forms():
        browser.submit("logout", "submit")
    assert browser.status in (200, 400)
    parts = urlsplit(browser.url)
    returned = browser.url.startswith(SIGNED_OUT)
    return End(returned, parse_qs(parts.query).get("state", [None])[0] if returned else None)
