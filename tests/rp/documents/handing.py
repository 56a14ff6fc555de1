"""Handing files in and getting them back, as a browser does."""

import re
from typing import Any

from sqlalchemy import select
from werkzeug.test import TestResponse

from rp.database import JOURNAL
from tests.rp.conftest import Browser, Stand
from tests.rp.fake_provider import PYOTR

BOUNDARY = "boundary"
FORM = f"multipart/form-data; boundary={BOUNDARY}"


def signed_in(stand: Stand, person: dict[str, Any] | None = None) -> Browser:
    """A browser of Vera's, or of another person's."""
    if person is not None:
        stand.provider.person = dict(person)
    browser = stand.browser()
    browser.sign_in()
    return browser


def pyotr(stand: Stand) -> Browser:
    return signed_in(stand, PYOTR)


def token(browser: Browser, path: str = "/documents") -> str:
    found = re.search(r'name="csrf_token" value="([0-9a-f]{64})"', browser.get(path).text)
    assert found
    return found[1]


def hand_in(browser: Browser, content: bytes, name: str = "scan.jpg", *, csrf: str | None = None, **options: Any) -> TestResponse:
    return browser.client.post("/documents", data=form(csrf or token(browser), content, name), content_type=FORM, **options)


def form(csrf: str, content: bytes, name: str = "scan.jpg", *more: bytes) -> bytes:
    """A form with a file, and with more parts in front of it, as it comes over the wire."""
    fields = [b'Content-Disposition: form-data; name="csrf_token"\r\n\r\n' + csrf.encode(), *more]
    fields.append(f'Content-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode() + content)
    return b"".join(f"--{BOUNDARY}\r\n".encode() + field + b"\r\n" for field in fields) + f"--{BOUNDARY}--\r\n".encode()


def kept(browser: Browser) -> dict[str, str]:
    """The addresses of the files that the page lists, by name; the newest of a name."""
    pairs = re.findall(r'<a href="(/documents/[0-9a-f-]{36})" download="[^"]*">([^<]*)</a>', browser.get("/documents").text)
    return {name: address for address, name in reversed(pairs)}


def remove(browser: Browser, address: str, **data: str) -> TestResponse:
    return browser.client.post(f"{address}/remove", data={"csrf_token": token(browser), **data})


def files_on_disk(stand: Stand) -> set[str]:
    folder = stand.home.documents
    return {path.name for path in folder.iterdir() if not path.name.startswith(".")} if folder.exists() else set()


def journalled(stand: Stand, action: str) -> list[Any]:
    """The rows of the journal about one thing, oldest first."""
    with stand.realm.database.read() as connection:
        return list(connection.execute(select(JOURNAL).where(JOURNAL.c.action == action).order_by(JOURNAL.c.seq)))
