"""What tests do with pages of the registry: reading forms, pressing buttons, reading the journal."""

from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select
from werkzeug.test import TestResponse

from rp.access.events import Event
from rp.database import JOURNAL
from tests.browser import Form, read_forms
from tests.rp.conftest import Browser, Stand


def form_of(browser: Browser, path: str, form_id: str) -> Form:
    """A form of a page, as it is filled in."""
    page = browser.get(path)
    assert page.status_code == 200, page.text
    return read_forms(page.text, f"http://localhost:8500{path}")[form_id]


def press(browser: Browser, path: str, form_id: str, **values: Any) -> TestResponse:
    """Send a form of a page with these values in it."""
    form = form_of(browser, path, form_id)
    return browser.client.post(urlsplit(form.action).path, data={**form.values, **values})


def rows_of(stand: Stand, event: Event) -> list[Any]:
    """The rows of the journal that tell of an event, oldest first."""
    with stand.realm.database.read() as connection:
        return list(connection.execute(select(JOURNAL).where(JOURNAL.c.action == event).order_by(JOURNAL.c.seq)).all())
