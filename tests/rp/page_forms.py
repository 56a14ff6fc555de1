"""Forms of the registry's pages as a person without JavaScript sends them, and what the answer says about each field."""

import re
from html import unescape

from werkzeug.test import TestResponse

from tests.rp.conftest import Browser

TOKEN = re.compile(r'name="csrf_token" value="([0-9a-f]{64})"')
ERROR = re.compile(r'<p class="error" id="([a-z_]+)-error">.*?<span>(.*?)</span></p>', re.DOTALL)
INPUT = re.compile(r"<(?:input|select|textarea) [^>]*>")
ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')


def send(browser: Browser, path: str, **values: str) -> TestResponse:
    """Send a form with the token of a page that this browser was given."""
    token = TOKEN.search(browser.get("/terms").text)
    assert token is not None
    return browser.client.post(path, data={"csrf_token": token[1], **values})


def errors_of(page: str) -> dict[str, str]:
    """The sentences at the fields, by the field's name."""
    shown = page.partition("<template")[0]
    return {name: unescape(sentence) for name, sentence in ERROR.findall(shown)}


def inputs_of(page: str) -> dict[str, dict[str, str]]:
    """The attributes of every field, by its name."""
    found = (dict(ATTRIBUTE.findall(tag)) for tag in INPUT.findall(page))
    return {attributes["name"]: attributes for attributes in found if "name" in attributes}
