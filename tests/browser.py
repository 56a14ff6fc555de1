"""A browser without a window: keeps cookies, follows redirects, reads forms and fills them in by `id` and `name`.

What a person without JavaScript has, and what a certification suite uses.
"""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import requests

from tests.wsgi_transport import WsgiTransport


@dataclass
class Form:
    """A form of a page: where it goes, what it would send, its buttons by id, and the boxes that are not ticked."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)
    unticked: set[str] = field(default_factory=set)


class _Forms(HTMLParser):
    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = base
        self.forms: dict[str, Form] = {}
        self.text: list[str] = []
        self.title = ""
        self._form: Form | None = None
        self._in: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag not in ("input", "meta", "link", "br", "img"):
            self._in.append(tag)
        if tag == "form":
            self._form = Form(urljoin(self._base, given.get("action", "")), given.get("method", "get").lower())
            self.forms[given.get("id", "")] = self._form
        elif tag == "input" and self._form is not None and given.get("type") == "checkbox" and "checked" not in given:
            self._form.unticked.add(given["name"])
        elif tag == "input" and self._form is not None:
            self._form.values[given["name"]] = given.get("value", "")
        elif tag == "button" and self._form is not None:
            self._form.buttons[given.get("id", "")] = (given.get("name", ""), given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        while self._in and self._in.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "title" in self._in:
            self.title += data
        elif not {"script", "style"} & set(self._in):
            self.text.append(data)


def read_forms(page: str, address: str) -> dict[str, Form]:
    """The forms of a page that was read from this address, by id."""
    found = _Forms(address)
    found.feed(page)
    return found.forms


class Browser:
    """One person's browser."""

    def __init__(self, transport: WsgiTransport) -> None:
        self.session = requests.Session()
        self.session.trust_env = False
        for scheme in ("http://", "https://"):
            self.session.mount(scheme, transport)
        self.answer = requests.Response()

    def open(self, address: str, **options: object) -> "Browser":
        """Follow an address and its redirects, as far as there are servers."""
        self.answer = self.session.get(address, **options)  # type: ignore[arg-type]
        return self

    def submit(self, form_id: str, button: str | None = None, **values: str) -> "Browser":
        """Fill a form of the page in and press a button of it."""
        form = self._page.forms[form_id]
        unknown = values.keys() - form.values.keys() - form.unticked
        assert not unknown, f"the form has no field {unknown}"
        data = form.values | values
        if button is not None:
            name, value = form.buttons[button]
            data |= {name: value} if name else {}
        self.answer = self.session.request(form.method, form.action, data=data)
        return self

    @property
    def _page(self) -> _Forms:
        page = _Forms(self.url)
        page.feed(self.answer.text)
        return page

    @property
    def status(self) -> int:
        return self.answer.status_code

    @property
    def url(self) -> str:
        return self.answer.url

    @property
    def title(self) -> str:
        return self._page.title.strip()

    @property
    def text(self) -> str:
        """The words of the page, with single spaces."""
        return " ".join("".join(self._page.text).split())

    def forms(self) -> dict[str, Form]:
        return self._page.forms
