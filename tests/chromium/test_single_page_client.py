"""A foreign application that is only a page signs in, refreshes and signs out: `oidc-client-ts` in a real Chromium.

It has no server of its own to ask the provider through: every answer it reads, it reads because the provider lets pages of
other origins read it (CORS).
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, Page

from tests.chromium.visit import Visit
from tests.house import VERA
from tests.node_packages import FOLDER, node_with_packages
from tests.reliability.servers import plain_http
from tests.running_stand import RunningStand

PAGE = """<!doctype html><meta charset="utf-8"><title>Дневник прививок</title><link rel="icon" href="data:,">
<script src="/library.js"></script><script src="/application.js" data-about="{about}"></script>"""


@dataclass
class SinglePage:
    """The application: its origin, and the pages it consists of."""

    origin: str
    files: dict[str, tuple[str, bytes]]

    def register(self, issuer: str) -> str:
        """Introduce it to the provider as a client without a secret (RFC 7591), and let its pages know who they are."""
        body = {
            "client_name": "Дневник прививок",
            "redirect_uris": [f"{self.origin}/callback"],
            "post_logout_redirect_uris": [f"{self.origin}/bye"],
            "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code", "refresh_token"],
            "scope": "openid profile offline_access",
        }
        with plain_http() as session:
            answer = session.post(f"{issuer}/oauth2/register", json=body, timeout=10)
        assert answer.status_code == 201, answer.text
        client = answer.json()
        assert "client_secret" not in client
        about = urlencode({"issuer": issuer, "client_id": client["client_id"]}).replace("&", "&amp;")
        for path in ("/", "/callback", "/bye"):
            self.files[path] = ("text/html", PAGE.format(about=about).encode())
        return str(client["client_id"])


@pytest.fixture
def single_page() -> Iterator[SinglePage]:
    """The application on a server of static files, on a port of its own."""
    _, modules = node_with_packages()
    files = {
        "/library.js": ("text/javascript", (modules / "oidc-client-ts/dist/browser/oidc-client-ts.min.js").read_bytes()),
        "/application.js": ("text/javascript", (FOLDER / "single_page.js").read_bytes()),
    }

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, body = files.get(urlsplit(self.path).path, ("text/plain", b""))
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield SinglePage(f"http://localhost:{server.server_port}", files)
        server.shutdown()


@pytest.mark.node
def test_oidc_client_ts_signs_in_refreshes_and_signs_out(
    running_stand: RunningStand, single_page: SinglePage, chromium: Browser, visits: list[Visit]
) -> None:
    issuer = running_stand.at.issuer
    visit = Visit(chromium, running_stand.at)
    visits.append(visit)
    visit.witness.guests = (single_page.origin,)
    page = visit.page
    client_id = single_page.register(issuer)

    _sign_in(visit, single_page)
    user = _arrived(page)
    assert user["profile"]["iss"] == issuer
    assert user["profile"]["aud"] == client_id
    assert user["profile"]["given_name"] == "Вера", "the library adds what user info says to the claims of the ID token"
    assert user["refresh_token"]

    renewed = page.evaluate("manager.signinSilent()")
    assert renewed["access_token"] != user["access_token"]
    assert renewed["refresh_token"] != user["refresh_token"], "a public client's refresh token is rotated (RFC 9700, 4.14.2)"
    assert renewed["profile"]["sub"] == user["profile"]["sub"]
    assert _userinfo_status(issuer, renewed["access_token"]) == 200

    _leave(page, single_page)
    assert _arrived(page) is None, "the library forgot the person"
    assert _userinfo_status(issuer, renewed["access_token"]) == 401, "the library revoked its tokens (RFC 7009)"
    page.goto(f"{single_page.origin}/")
    with page.expect_navigation(url="**/sign-in/**"):
        page.evaluate("void manager.signinRedirect()")
    assert page.is_visible("#sign-in"), "the session has ended, so the person is asked anew"
    assert visit.witness.complaints == [], "neither the console nor the network has anything to complain of"


def _sign_in(visit: Visit, single_page: SinglePage) -> None:
    """The library leads to the provider, and the person leads back."""
    page = visit.page
    page.goto(f"{single_page.origin}/")
    assert _arrived(page) is None
    with page.expect_navigation(url="**/sign-in/**"):
        page.evaluate("void manager.signinRedirect()")
    visit.give_password(VERA)
    page.click("#consent #allow")
    page.wait_for_url(f"{single_page.origin}/callback?**")


def _leave(page: Page, single_page: SinglePage) -> None:
    with page.expect_navigation(url=f"{single_page.origin}/bye**"):
        page.evaluate("void manager.signoutRedirect()")


def _arrived(page: Page) -> Any:
    """The user that the library has after the page has been opened; None for nobody."""
    return page.evaluate("arrived")


def _userinfo_status(issuer: str, token: str) -> int:
    with plain_http() as session:
        headers = {"Authorization": f"Bearer {token}"}
        return session.get(f"{issuer}/oauth2/userinfo", headers=headers, timeout=10).status_code
