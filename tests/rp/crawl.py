"""A visitor who follows every link of the registry and fills in every form that a page shows.

What is typed where is the caller's to say: a form is its address, its fields with their kinds, and its choices.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from io import BytesIO
from typing import Any
from urllib.parse import urljoin, urlsplit

from werkzeug.test import TestResponse

from tests.rp.conftest import Browser

IDENTIFIER = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
ORIGIN = "http://localhost:8500"
MOST_PAGES = 400
ALIKE = 10
"""Pages that differ by an identifier only are opened so many times: of requests, not all are in one state."""


@dataclass
class FieldFound:
    """A control of a form: what kind it is, what stands in it, and what can be chosen. `mode` is the keyboard it asks for."""

    name: str
    kind: str
    value: str = ""
    mode: str = ""
    longest: int = 0
    options: list[str] = field(default_factory=list)


@dataclass
class FormFound:
    """A form of a page."""

    action: str
    method: str
    fields: dict[str, FieldFound] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    @property
    def shape(self) -> str:
        """The same for forms that differ by an identifier only."""
        names = ",".join(sorted(self.fields))
        return f"{self.method} {IDENTIFIER.sub('*', urlsplit(self.action).path)} {names}"


class _Page(HTMLParser):
    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = base
        self.links: list[str] = []
        self.forms: list[FormFound] = []
        self._by_id: dict[str, FormFound] = {}
        self._form: FormFound | None = None
        self._area: FieldFound | None = None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "a" and "href" in given:
            self.links.append(urljoin(self._base, given["href"]))
        elif tag == "form":
            self._form = FormFound(urljoin(self._base, given.get("action", "")), given.get("method", "get").lower())
            self.forms.append(self._form)
            self._by_id[given.get("id", "")] = self._form
        form = self._by_id.get(given["form"]) if "form" in given else self._form
        if form is None or (tag != "option" and "name" not in given):
            return
        if tag == "input":
            self._input(form, given)
        elif tag == "textarea":
            self._area = form.fields[given["name"]] = FieldFound(given["name"], "textarea")
        elif tag == "select":
            form.fields[given["name"]] = FieldFound(given["name"], "select")
        elif tag == "option":
            chosen = list(form.fields.values())[-1]
            chosen.options.append(given.get("value", ""))
            chosen.value = given["value"] if "selected" in given else chosen.value
        elif tag == "button":
            form.buttons.append((given["name"], given.get("value", "")))

    @staticmethod
    def _input(form: FormFound, given: dict[str, str]) -> None:
        kind = given.get("type", "text")
        found = FieldFound(given["name"], kind, mode=given.get("inputmode", ""), longest=int(given.get("maxlength", 0)))
        known = form.fields.setdefault(given["name"], found)
        if kind in ("radio", "checkbox"):
            known.options.append(given.get("value", "on"))
            known.value = given.get("value", "on") if "checked" in given else known.value
        else:
            known.value = given.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area.value += data

    @property
    def paths(self) -> list[str]:
        """Where its links lead within the registry; another language or theme is the same page."""
        own = [urlsplit(link) for link in self.links if link.startswith(f"{ORIGIN}/")]
        paths = [f"{link.path}?{link.query}" if link.query else link.path for link in own]
        return [path for path in paths if "lang=" not in path and "theme=" not in path]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._area = None


Filling = Callable[[FieldFound], "str | tuple[BytesIO, str] | None"]


class Visitor:
    """One signed-in person who goes everywhere. `found` holds each form once, and the page that shows it."""

    def __init__(self, browser: Browser, *, leaves_out: Callable[[str], bool]) -> None:
        self._browser = browser
        self._leaves_out = leaves_out
        self.found: dict[str, str] = {}

    def go_everywhere(self, fill: Filling, *starts: str) -> Iterator[TestResponse]:
        """Open every page that can be reached and send every form once by each of its buttons, and give each answer."""
        waiting, opened, sent_already, seen = list(starts), set[str](), set[str](), Counter[str]()
        while waiting and len(opened) < MOST_PAGES:
            path = waiting.pop(0)
            shape = IDENTIFIER.sub("*", path)
            if seen[shape] == ALIKE or path in opened or self._leaves_out(urlsplit(path).path):
                continue
            seen[shape] += 1
            opened.add(path)
            answer = self._browser.get(path)
            yield answer
            page = _read(answer, path)
            waiting.extend(page.paths)
            if answer.status_code in (302, 303):
                waiting.append(answer.headers["Location"])
            for form in page.forms:
                if form.shape in sent_already or self._leaves_out(urlsplit(form.action).path):
                    continue
                sent_already.add(form.shape)
                self.found[form.shape] = path
                for button in form.buttons or [None]:
                    sent = self.send_again(form.shape, fill, button)
                    if sent is not None:
                        yield sent
                        waiting.extend(_read(sent, path).paths)
                        waiting.extend([sent.headers["Location"]] if sent.status_code in (302, 303) else [])

    def send_again(self, shape: str, fill: Filling, button: tuple[str, str] | None = None) -> TestResponse | None:
        """Send a form that was found, from its page as it is now: a form of yesterday is the same request. None when the page
        has it no more."""
        path = self.found[shape]
        page = _read(self._browser.get(path), path)
        return next((self.send(form, fill, button) for form in page.forms if form.shape == shape), None)

    def post(self, path: str, **values: str) -> TestResponse:
        """Send what a script of an open page sends."""
        page = _read(self._browser.get("/"), "/")
        token = next(form.fields["csrf_token"].value for form in page.forms)
        return self._browser.client.post(path, data={"csrf_token": token, **values})

    def send(self, form: FormFound, fill: Filling, button: tuple[str, str] | None = None) -> TestResponse:
        """Send one form by a button of it, each field as the caller says; what the caller leaves alone goes as it stands."""
        data: dict[str, Any] = dict([button] if button else form.buttons[:1])
        for each in form.fields.values():
            filled = fill(each)
            value = each.value if filled is None else filled
            if value or each.kind not in ("radio", "checkbox", "file"):
                data[each.name] = value
        action = urlsplit(form.action)
        if form.method == "get":
            return self._browser.get(action.path, query_string=data)
        return self._browser.client.post(action.path, query_string=action.query, data=data)


def _read(answer: TestResponse, path: str) -> _Page:
    page = _Page(f"{ORIGIN}{path}")
    if answer.mimetype == "text/html":
        page.feed(answer.text)
    return page
