"""What every page has and no page can lose, and what templates may not contain."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from jinja2 import UndefinedError

from ground.web.icons import icon_shape, icon_shapes

KIT = Path(__file__).parents[3] / "ground" / "web"
STATIC = KIT / "static"
PAGES = ["sign-in", "code", "consent", "phone", "cabinet", "region"]
VOID = {"meta", "link", "input", "br", "img", "hr", "path", "circle", "rect", "line", "polygon", "polyline"}


class Page(HTMLParser):
    """The elements of a page in order; raises when they do not nest."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self._open.pop() == tag

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(params=["ru", "en"])
def texts(request: pytest.FixtureRequest, demo: Callable[[str], FlaskClient], design_pages: dict[str, str]) -> dict[str, str]:
    texts = {name: demo(brand).get(f"/page/{name}?lang={request.param}").text for name, brand in design_pages.items()}
    return texts | {path: demo("propusk").get(f"{path}?lang={request.param}").text for path in ("/", "/refusal", "/fault")}


def test_every_page_has_the_strip_first_and_the_stand_in_its_title(texts: dict[str, str]) -> None:
    for text in texts.values():
        page = Page(text)
        assert text.startswith("<!doctype html>")
        body = [tag for tag, _ in page.elements].index("body")
        assert [attributes.get("class") for _, attributes in page.elements[body + 1 : body + 3]] == ["skip", "stand"]
        assert "Учебный стенд. Это не Госуслуги." in text or "Test stand. This is not Gosuslugi." in text
        assert re.search(r"<title>[^<]+(учебный стенд|test stand)</title>", text)


def test_every_page_has_one_title_one_main_and_unique_ids(texts: dict[str, str]) -> None:
    for text in texts.values():
        page = Page(text)
        assert len(page.all("h1")) == 1
        assert [attributes["id"] for attributes in page.all("main")] == ["main"]
        ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
        assert len(ids) == len(set(ids))


def test_every_control_has_a_label_and_every_reference_an_element(texts: dict[str, str]) -> None:
    for text in texts.values():
        page = Page(text)
        ids = {attributes.get("id") for _, attributes in page.elements}
        labelled = {attributes.get("for") for attributes in page.all("label")}
        controls = [*page.all("input"), *page.all("select")]
        assert {control["id"] for control in controls if control.get("type") != "hidden"} <= labelled
        for _, attributes in page.elements:
            for name in ("aria-describedby", "aria-labelledby"):
                assert set((attributes.get(name) or "").split()) <= ids


def test_no_page_has_anything_inline_or_from_another_host(texts: dict[str, str]) -> None:
    for text in texts.values():
        for tag, attributes in Page(text).elements:
            assert tag != "style"
            assert tag != "script" or (attributes.get("src") or "").startswith("/static/")
            assert not any(name == "style" or name.startswith("on") for name in attributes)
            if tag in ("link", "script", "img"):
                assert (attributes.get("href") or attributes.get("src") or "").startswith("/")


def test_every_form_that_writes_carries_the_token(texts: dict[str, str]) -> None:
    for text in texts.values():
        assert text.count('method="post"') == text.count('name="csrf_token"')


@pytest.mark.parametrize("template", sorted((KIT / "templates").glob("*.html")), ids=lambda path: path.name)
def test_templates_write_no_colour_or_size_of_their_own(template: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", template.read_text(encoding="utf-8"), flags=re.DOTALL)
    marks = re.search(r"{% macro mark\(.*?{%- endmacro %}", text, flags=re.DOTALL)
    text = text.replace(marks[0], "") if marks else text  # the drawn marks of the brands, taken from the design sheet
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b", text)
    assert not re.search(r"\d(px|rem|em)\b", text)
    assert "style=" not in text


def test_two_dark_blocks_of_the_tokens_are_identical() -> None:
    text = re.sub(r"/\*.*?\*/", "", (STATIC / "tokens.css").read_text(encoding="utf-8"), flags=re.DOTALL)
    for brand in ("", '[data-brand="registry"]', '[data-brand="bank"]'):
        blocks = []
        for selector in (f':root:not([data-theme="light"]){brand} {{', f':root[data-theme="dark"]{brand} {{'):
            start = text.index(selector) + len(selector)
            blocks.append(" ".join(text[start : text.index("}", start)].split()))
        assert blocks[0] == blocks[1]
        assert "--accent:" in blocks[0]


def test_yellow_of_the_strip_is_used_by_nothing_else() -> None:
    for sheet in ("parts.css", "tools.css"):
        for rule in re.findall(r"([^{}]+)\{([^{}]*)\}", (STATIC / sheet).read_text(encoding="utf-8")):
            assert "--stand" not in rule[1] or ".stand" in rule[0]


def test_parts_use_only_tokens_that_exist() -> None:
    tokens = set(re.findall(r"(--[a-z0-9-]+):", (STATIC / "tokens.css").read_text(encoding="utf-8")))
    for sheets in (["parts.css"], ["parts.css", "tools.css"]):
        text = "".join((STATIC / sheet).read_text(encoding="utf-8") for sheet in sheets)
        local = set(re.findall(r"(--[a-z0-9-]+):", text)) | set(re.findall(r"var\((--[a-z0-9-]+),", text))
        assert set(re.findall(r"var\((--[a-z0-9-]+)", text)) <= tokens | local


def test_brand_has_its_own_mark_and_words(demo: Callable[[str], FlaskClient]) -> None:
    for brand, name in (("propusk", "Пропуск"), ("registry", "Регистр"), ("bank", "Облепиха")):
        text = demo(brand).get("/").text
        assert f'data-brand="{brand}"' in text
        assert f"<span>{name}<small>" in text
        assert f'<footer class="foot"><div class="foot-in"><p>{name}:' in text


def test_name_a_page_does_not_know_is_an_error_and_not_a_hole(client: FlaskClient) -> None:
    with client.application.app_context(), pytest.raises(UndefinedError):
        client.application.jinja_env.from_string("{{ no_such_name }}").render()


def test_what_a_person_typed_is_escaped(client: FlaskClient) -> None:
    source = '{% import "parts.html" as parts %}{{ parts.field("a", label, value=value) }}{{ parts.tag(label) }}'
    with client.application.test_request_context("/"):
        text = client.application.jinja_env.from_string(source).render(label="<b>", value='"><script>')
    assert "<b>" not in text
    assert "<script>" not in text


def test_password_is_never_written_back(client: FlaskClient) -> None:
    source = '{% import "parts.html" as parts %}{{ parts.field("p", "Пароль", type="password", value="romashka") }}'
    with client.application.test_request_context("/"):
        assert "romashka" not in client.application.jinja_env.from_string(source).render()


def test_icons_are_read_from_their_source() -> None:
    assert len(icon_shapes()) >= 30
    assert icon_shape("check") == '<path d="m5 12.5 4.5 4.5L19 7.5"/>'
    with pytest.raises(KeyError):
        icon_shape("no such icon")
