"""A system of ESIA's dialect sends somebody here: the same pages, at both widths, and back with a code that is good."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Browser

from tests.chromium.visit import Visit
from tests.clients.esia_stand import enter
from tests.house import PEOPLE
from tests.idp.esia.signing import own_identities
from tests.idp.esia.system import Entered, System
from tests.reliability.servers import plain_http, real_browser
from tests.running_stand import RunningStand

LUKA = PEOPLE["luka"]
WIDTHS = {"WIDEIS": {"width": 1280, "height": 800}, "NARROWIS": {"width": 360, "height": 740}}


@pytest.fixture
def origin() -> Iterator[str]:
    """The pages of the system: whoever comes back is welcome."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = "<!doctype html><title>Учебная аптека</title><link rel='icon' href='data:,'>".encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("client_id", WIDTHS)
def test_c02_person_of_a_system_of_v2_walks_the_same_pages(
    running_stand: RunningStand, chromium: Browser, visits: list[Visit], origin: str, client_id: str
) -> None:
    at, identities = running_stand.at, own_identities()
    enter(running_stand.home, client_id, identities.gost.der, callback=f"{origin}/callback")
    system = System(
        at.issuer, plain_http(), real_browser, lambda: int(time.time()), client_id=client_id, callback=f"{origin}/callback"
    )
    visit = Visit(chromium, at, viewport=WIDTHS[client_id])
    visit.witness.guests = (origin,)
    visits.append(visit)
    page = visit.page

    visit.open(system.authorize_url(scope="openid fullname birthdate snils id_doc"))
    visit.look()
    assert "Учебная аптека" in page.inner_text("main")
    assert _is_not_wider_than_the_window(visit)
    page.fill("#login", LUKA.email)
    page.fill("#password", LUKA.password)
    visit.press("#sign-in #submit")
    visit.look()
    assert "СНИЛС" in page.inner_text("#claims")
    assert _is_not_wider_than_the_window(visit)
    visit.press("#allow")
    assert page.url.startswith(f"{origin}/callback?"), page.url
    answer = dict(parse_qsl(urlsplit(page.url).query))

    tokens = system.redeem(answer["code"], scope="openid fullname birthdate snils id_doc")
    assert tokens.status_code == 200, tokens.text
    person = Entered(system, real_browser(), tokens.json()).rest().json()
    assert (person["firstName"], person["snils"]) == ("Лука", LUKA.snils)

    visit.open(system.logout_url(f"{origin}/bye"))
    if page.query_selector("#logout"):
        visit.press("#logout #submit")
    assert page.url.startswith(f"{origin}/bye")
    visit.open(system.authorize_url())
    assert page.is_visible("#sign-in"), "after sign-out the door is closed"
    assert visit.witness.complaints == []


def _is_not_wider_than_the_window(visit: Visit) -> bool:
    return bool(visit.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))
