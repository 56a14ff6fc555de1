"""A visitor who follows every link of the registry and fills in every form that a page shows.

What is typed where is the caller's to say: a form is its address, its fields with their kinds, and its choices.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from io import BytesIO
from typing import Any
from urllib.parse import urljoin, urlsplit

from werkzeug.test import TestResponse

from tests.rp.conftest import Browser

IDENTIFIER = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
MOST_PAGES = 400


@dataclass
class FieldFound:
    """A control of a form: what kind it is, what stands in it, and what can be chosen."""

    name: str
    kind: str
    value: str = ""
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
        known = form.fields.setdefault(given["name"], FieldFound(given["name"], kind))
        if kind in ("radio", "checkbox"):
            known.options.append(given.get("value", "on"))
            known.value = given.get("value", "on") if "checked" in given else known.value
        else:
            known.value = given.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area.value += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._area = None


Filling = Callable[[FieldFound], "str | tuple[BytesIO, str] | None"]


class Visitor:
    """One signed-in person who goes everywhere. `seen` holds the pages, `sent` the shapes of the forms that were sent."""

    def __init__(self, browser: Browser, *, leaves_out: Callable[[str], bool]) -> None:
        self._browser = browser
        self._leaves_out = leaves_out
        self.seen: set[str] = set()
        self.sent: set[str] = set()

    def go_everywhere(self, fill: Filling, *, start: str) -> Iterator[TestResponse]:
        """Open every page that can be reached and send every form once, and give each answer."""
        waiting, shapes = [start], set[str]()
        while waiting and len(self.seen) < MOST_PAGES:
            path = waiting.pop(0)
            shape = IDENTIFIER.sub("*", path)
            if self._leaves_out(path) or shape in self.seen:
                continue
            self.seen.add(shape)
            answer = self._browser.get(path)
            yield answer
            for link, forms in self._read(answer, path):
                waiting.extend(link)
                for form in forms:
                    if form.shape in shapes or self._leaves_out(urlsplit(form.action).path):
                        continue
                    shapes.add(form.shape)
                    sent = self.send(form, fill)
                    self.sent.add(form.shape)
                    yield sent
                    if sent.status_code in (302, 303):
                        waiting.append(sent.headers["Location"])
                    else:
                        waiting.extend(link for links, _forms in self._read(sent, path) for link in links)

    def send(self, form: FormFound, fill: Filling) -> TestResponse:
        """Send one form, each field as the caller says; what the caller leaves alone goes as it stands."""
        data: dict[str, Any] = dict(form.buttons[:1])
        for each in form.fields.values():
            filled = fill(each)
            value = each.value if filled is None else filled
            if value or each.kind not in ("radio", "checkbox", "file"):
                data[each.name] = value
        if form.method == "get":
            return self._browser.get(urlsplit(form.action).path, query_string=data)
        return self._browser.client.post(urlsplit(form.action).path, data=data)

    @staticmethod
    def _read(answer: TestResponse, path: str) -> Iterator[tuple[list[str], list[FormFound]]]:
        if answer.mimetype != "text/html":
            return
        page = _Page(f"http://localhost:8500{path}")
        page.feed(answer.text)
        own = [urlsplit(link) for link in page.links]
        paths = [f"{link.path}?{link.query}" if link.query else link.path for link in own if link.netloc == "localhost:8500"]
        yield [each for each in paths if "lang=" not in each and "theme=" not in each], page.forms
