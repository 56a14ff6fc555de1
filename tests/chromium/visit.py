"""One person's visit in Chromium, with a witness who writes down what must not happen."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response

from tests.house import Person
from tests.running_stand import Addresses, Phone

FONTS = Path(__file__).parents[2] / "ground" / "web" / "static" / "fonts"
"""Made by scripts/assets from npm; a machine without a network has the typefaces of its system."""
CALLBACK_PATH = "/sign-in/callback"
BACK_PATHS = ("/sign-in/back/bank", "/account/back/bank")
"""Where the bank sends its own code, to the provider."""


@dataclass
class Witness:
    """What was seen on the wire and on the console of one visit."""

    at: Addresses
    complaints: list[str] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    set_cookies: list[tuple[str, str]] = field(default_factory=list)
    transport_security: dict[str, str | None] = field(default_factory=dict)
    status: int = 0
    expected_statuses: set[int] = field(default_factory=lambda: {200, 302, 303})
    guests: tuple[str, ...] = ()
    """Origins of a test's own applications, which are no third hosts."""

    def watch(self, page: Page) -> None:
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.complaints.append(f"script error: {error}"))
        page.on("request", self._on_request)
        page.on("response", self._on_response)

    def _on_console(self, message: ConsoleMessage) -> None:
        # What failed to load is told by its response, with its address.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.complaints.append(f"console: {message.text}")

    def _on_request(self, request: Request) -> None:
        self.urls.append(request.url)
        origins = (
            self.at.issuer,
            self.at.registry,
            self.at.bank,
            f"http://127.0.0.1:{self.at.control_port}",
            "data:",
            *self.guests,
        )
        if not request.url.startswith(origins):
            self.complaints.append(f"a third host: {request.url}")

    def _on_response(self, response: Response) -> None:
        if response.request.is_navigation_request():
            self.status = response.status
            self.transport_security[response.url] = response.headers.get("strict-transport-security")
        is_missing_typeface = not FONTS.exists() and "/fonts/" in response.url
        if response.status not in self.expected_statuses and not is_missing_typeface:
            self.complaints.append(f"{response.status}: {response.url}")
        for header in response.headers_array():
            if header["name"].lower() == "set-cookie":
                self.set_cookies += [(response.url, line) for line in header["value"].split("\n")]

    def assert_nothing_leaked(self, *secrets: str) -> None:
        """No token in any address, the code on the callback only, and no secret in an address or a title."""
        for url in self.urls:
            parts = urlsplit(url)
            names = {name for name, _ in parse_qsl(parts.query)}
            assert "eyJ" not in url, "a token in an address"
            assert not names & {"access_token", "id_token", "id_token_hint", "password"}, url
            if "code" in names:
                assert url.startswith(
                    (f"{self.at.registry}{CALLBACK_PATH}?", *(f"{self.at.issuer}{path}?" for path in BACK_PATHS))
                )
        for secret in secrets:
            assert not [place for place in (*self.urls, *self.titles) if secret in place]


class Visit:
    """A browser context of its own, on one page."""

    def __init__(self, browser: Browser, at: Addresses, **options: Any) -> None:
        self.at = at
        self.context: BrowserContext = browser.new_context(locale="ru-RU", **options)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.witness = Witness(at)
        self.witness.watch(self.page)

    def close(self) -> None:
        self.context.close()

    def look(self, *, status: int = 200) -> None:
        """Note the title of the page that has been reached, and that it is the page itself and not an error."""
        assert self.witness.status == status, f"{self.page.url}: {self.page.title()}"
        self.witness.titles.append(self.page.title())
        assert "учебный стенд" in self.page.title()

    def open(self, address: str) -> None:
        self.page.goto(address)

    def press(self, selector: str) -> None:
        """Press a button that leads to another page, and wait for that page."""
        with self.page.expect_navigation():
            self.page.click(selector)

    def give_password(self, person: Person) -> None:
        self.page.fill("#login", person.phone)
        self.page.fill("#password", person.password)
        self.press("#sign-in #submit")

    def give_code(self, code: str) -> None:
        self.page.fill("#code", code)
        self.press("#code-form #submit")

    def sign_in(self, person: Person, phone: Phone) -> str:
        """From the registry's door to the cabinet; the SMS code that was used."""
        phone.mark()
        self.open(f"{self.at.registry}/")
        self.give_password(person)
        code = phone.code_of(person)
        self.give_code(code)
        if self.page.query_selector("#consent"):
            self.press("#allow")
        assert self.page.url == f"{self.at.registry}/"
        return code

    def sign_out(self) -> None:
        self.press("#sign-out")
        if self.page.query_selector("#logout"):
            self.press("#logout #submit")
        assert urlsplit(self.page.url).path == "/signed-out"
