"""oidcc-3rdparty-init-login: the provider begins a sign-in at the client's initiate_login_uri, which then goes its usual way."""

from collections.abc import Callable
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.browser import Browser
from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import ISSUER, Stand

SITE = "https://suite.test"
INITIATE = f"{SITE}/initiate"


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag == "a" and (given.get("id") or "").startswith("begin-"):
            self.found.append((str(given["id"]).removeprefix("begin-"), unescape(str(given["href"]))))


def doors(browser: Browser) -> list[tuple[str, str]]:
    """Clients and addresses of the first page, in its order."""
    links = _Links()
    links.feed(browser.answer.text)
    return links.found


def test_link_of_the_first_page_begins_a_sign_in(stand: Stand) -> None:
    party = RelyingParty(stand, initiate_login_uri=f"{INITIATE}?tenant=1", client_uri=f"{SITE}/home")
    seen: list[dict[str, str]] = []

    def initiate(environment: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        seen.append(dict(parse_qsl(environment["QUERY_STRING"])))
        start_response("302 Found", [("Location", party.address())])
        return [b""]

    stand.transport.hosts[SITE] = initiate
    browser = stand.browser().open(f"{ISSUER}/")
    browser.open(dict(doors(browser))[party.client["client_id"]])
    assert seen == [{"tenant": "1", "iss": ISSUER, "target_link_uri": f"{SITE}/home"}]
    assert party.token(party.walk(browser)).status_code == 200


def test_target_is_said_only_where_it_is_the_clients_own_page(stand: Stand) -> None:
    party = RelyingParty(stand, initiate_login_uri=INITIATE, client_uri="https://elsewhere.test/home")
    address = dict(doors(stand.browser().open(f"{ISSUER}/")))[party.client["client_id"]]
    assert dict(parse_qsl(urlsplit(address).query)) == {"iss": ISSUER}


def test_page_offers_a_handful_the_registry_first_and_the_newest_last(stand: Stand) -> None:
    made = []
    for number in range(9):
        stand.clock.advance(1)
        made.append(RelyingParty(stand, initiate_login_uri=f"{INITIATE}{number}").client["client_id"])
    RelyingParty(stand)
    shown = [client_id for client_id, _ in doors(stand.browser().open(f"{ISSUER}/"))]
    assert shown == ["registry", *made[-6:]]


def test_client_that_was_disabled_is_offered_no_more(stand: Stand) -> None:
    party = RelyingParty(stand, initiate_login_uri=INITIATE)
    token = {"Authorization": f"Bearer {party.client['registration_access_token']}"}
    assert stand.http().delete(party.client["registration_client_uri"], headers=token).status_code == 204
    assert party.client["client_id"] not in dict(doors(stand.browser().open(f"{ISSUER}/")))


def test_names_of_clients_are_text_and_the_page_speaks_english(stand: Stand) -> None:
    RelyingParty(stand, initiate_login_uri=INITIATE, client_name="<b>Clinic</b>")
    english = stand.browser().open(f"{ISSUER}/?lang=en")
    assert "Begin a sign-in from here" in english.text
    assert "&lt;b&gt;Clinic&lt;/b&gt;" in english.answer.text
    assert "<b>Clinic" not in english.answer.text
    assert "Начать вход отсюда" in stand.browser().open(f"{ISSUER}/?lang=ru").text
