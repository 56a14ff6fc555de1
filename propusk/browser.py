"""A browser without a window: keeps cookies, reads pages, fills in forms by their ids. What a person without JavaScript has.

It never follows a redirect by itself, because the last one leads to the application under test, which may listen nowhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPMessage
from http.cookiejar import CookieJar
from typing import IO, Any
from urllib.error import URLError
from urllib.parse import urlencode, urljoin
from urllib.request import (
    BaseHandler,
    HTTPCookieProcessor,
    HTTPDefaultErrorHandler,
    HTTPRedirectHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    build_opener,
)

from propusk.errors import StandUnusable

PATIENCE_SECONDS = 30.0
WITHOUT_END = frozenset({"input", "meta", "link", "br", "img", "hr"})


@dataclass(frozen=True)
class Form:
    """A form of a page: where it goes, what it would send as it is, and what each button adds, by the button's id."""

    address: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """An answer: `location` is where it sends the browser, absolute, if it does; forms by their ids."""

    address: str
    status: int
    location: str | None
    html: str

    @property
    def forms(self) -> dict[str, Form]:
        return _read(self).forms

    @property
    def words(self) -> str:
        """What the page says: its alerts, else everything from its heading on, with single spaces."""
        reader = _read(self)
        return " ".join(" ".join(reader.alerts or reader.words).split())


class Browser:
    """One person's browser."""

    def __init__(self) -> None:
        self._opener = _opener()

    def open(self, address: str) -> Page:
        return self._ask(Request(address))  # noqa: S310 - an address of the stand

    def submit(self, form: Form, button: str | None = None, values: Mapping[str, str] | None = None) -> Page:
        """Fill in a form and press a button of it."""
        sent = form.fields | dict(values or {})
        if button is not None:
            name, value = form.buttons[button]
            sent |= {name: value} if name else {}
        data = urlencode(sent)
        if form.method == "post":
            return self._ask(Request(form.address, data=data.encode()))  # noqa: S310
        return self._ask(Request(f"{form.address}?{data}"))  # noqa: S310

    def _ask(self, request: Request) -> Page:
        request.add_header("Accept", "text/html")
        request.add_header("Accept-Language", "en")
        try:
            with self._opener.open(request, timeout=PATIENCE_SECONDS) as answer:
                location = answer.headers.get("Location")
                html = answer.read().decode("utf-8", "replace")
                return Page(
                    address=request.full_url,
                    status=answer.status,
                    location=urljoin(request.full_url, location) if location else None,
                    html=html,
                )
        except (URLError, OSError) as error:
            reason = error.reason if isinstance(error, URLError) else error
            raise StandUnusable(f"{request.full_url} does not answer: {reason}") from None


class _Redirects(HTTPRedirectHandler):
    """A redirect is an answer like any other."""

    def http_error_302(self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage) -> Any:
        return fp

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


class _Refusals(HTTPDefaultErrorHandler):
    """And so is a refusal."""

    def http_error_default(self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage) -> Any:
        return fp


def _opener() -> OpenerDirector:
    handlers: list[BaseHandler] = [ProxyHandler({}), HTTPCookieProcessor(CookieJar()), _Redirects(), _Refusals()]
    return build_opener(*handlers)


class _Reader(HTMLParser):
    def __init__(self, base: str) -> None:
        super().__init__()
        self.forms: dict[str, Form] = {}
        self.words: list[str] = []
        self.alerts: list[str] = []
        self._base = base
        self._form: Form | None = None
        self._inside: list[str] = []
        self._alert: int | None = None
        self._is_past_heading = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in WITHOUT_END:
            self._inside.append(tag)
        if given.get("role") == "alert" and self._alert is None:
            self._alert = len(self._inside)
        self._is_past_heading = self._is_past_heading or tag == "h1"
        if tag == "form":
            self._form = Form(urljoin(self._base, given.get("action", "")), given.get("method", "get").lower())
            self.forms[given.get("id", "")] = self._form
        elif tag == "input" and self._form is not None and given.get("name") and given.get("type") != "checkbox":
            self._form.fields[given["name"]] = given.get("value", "")
        elif tag == "button" and self._form is not None:
            self._form.buttons[given.get("id", "")] = (given.get("name", ""), given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        if tag in self._inside:
            while self._inside.pop() != tag:
                pass
        if self._alert is not None and len(self._inside) < self._alert:
            self._alert = None

    def handle_data(self, data: str) -> None:
        if "main" not in self._inside or {"script", "style"} & set(self._inside):
            return
        if self._is_past_heading:
            self.words.append(data)
        if self._alert is not None:
            self.alerts.append(data)


def _read(page: Page) -> _Reader:
    reader = _Reader(page.address)
    reader.feed(page.html)
    return reader
