"""The frame of session management in a real browser: a client's page asks it, as the specification's own example does."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser as ChromiumBrowser
from playwright.sync_api import Page, Route

from ground.clock import FixedClock
from tests.browser import Browser
from tests.idp.logout.clients import logout_url, sign_in_at
from tests.idp.logout.test_session_frame import ORIGIN, formula, session_state
from tests.idp.stand import ISSUER, Stand, make_keys

ROOT = Path(__file__).parents[2]
CLIENT_PAGE = f"""<!doctype html><title>client</title>
<iframe id="op" src="{ISSUER}/oauth2/session"></iframe>
<script>
window.ask = (text) => new Promise((answered) => {{
  window.addEventListener("message", (event) => answered(event.origin + " " + event.data), {{ once: true }});
  document.getElementById("op").contentWindow.postMessage(text, "{ISSUER}");
}});
</script>"""


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    """A provider in this process."""
    shutil.copytree(ROOT / "config", tmp_path / "config")
    make_keys(tmp_path)
    stand = Stand(tmp_path, FixedClock(Stand.START))
    stand.prepare()
    yield stand
    stand.close()


@pytest.fixture
def page(stand: Stand, chromium: ChromiumBrowser) -> Iterator[Page]:
    """A page of the client; the network of the test answers for both."""
    context = chromium.new_context()

    def answer(route: Route) -> None:
        address = route.request.url
        if address.startswith(ORIGIN):
            route.fulfill(body=CLIENT_PAGE, content_type="text/html")
            return
        given = stand.http().get(address)
        route.fulfill(status=given.status_code, headers=dict(given.headers), body=given.text)

    context.route("**/*", answer)
    page = context.new_page()
    yield page
    context.close()


def open_client(page: Page, browser: Browser) -> None:
    """Open the client's page with the cookie that the provider gave to this browser, if it gave one."""
    page.context.clear_cookies()
    if "idp_state" in browser.session.cookies:
        value = browser.session.cookies["idp_state"]
        page.context.add_cookies([{"name": "idp_state", "value": value, "domain": "localhost", "path": "/", "sameSite": "Lax"}])
    page.goto(f"{ORIGIN}/page", wait_until="load")


def test_se_12_frame_tells_a_client_that_the_session_changed(stand: Stand, page: Page) -> None:
    browser = stand.browser()
    told = session_state(stand, browser)
    open_client(page, browser)
    assert page.evaluate("text => ask(text)", f"client {told}") == f"{ISSUER} unchanged"
    assert page.evaluate("text => ask(text)", f"another {told}") == f"{ISSUER} changed"
    for spoiled in ("", "client", "client nonsense", f"client {told}.x", f" {told}", "client " + "0" * 64):
        assert page.evaluate("text => ask(text)", spoiled) == f"{ISSUER} error"
    browser.open(logout_url()).submit("logout", "submit")
    open_client(page, browser)
    assert page.evaluate("text => ask(text)", f"client {told}") == f"{ISSUER} changed"


def test_script_hashes_texts_of_every_length_and_alphabet(stand: Stand, page: Page) -> None:
    """The hash is our own: one block, its edges, several blocks, and more than ASCII."""
    browser = stand.browser()
    sign_in_at(stand, browser, "client")
    open_client(page, browser)
    state = browser.session.cookies["idp_state"]
    for client_id in ("c", "клиент", *("x" * length for length in range(20, 90))):
        told = formula(client_id, ORIGIN, state, "salt")
        assert page.evaluate("text => ask(text)", f"{client_id} {told}") == f"{ISSUER} unchanged", client_id
