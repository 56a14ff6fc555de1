"""Both sides of the window: a person who asks, and whoever decides."""

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from werkzeug.test import TestResponse

from ground.database import table_of
from rp.organisations.models import OrganisationRow
from tests.rp.conftest import Browser, Stand
from tests.rp.fake_provider import PYOTR, VERA

Person = dict[str, Any]
CLINIC, LABORATORY, AUTHORITY = "1000000000175", "1000000000197", "1000000000220"


def works_at(ogrn: str, **person: str) -> Person:
    """A person of whom the provider says that they work somewhere."""
    return {**person, "organisations": [{"ogrn": ogrn, "name": "организация", "position": "сотрудник"}]}


OLGA = works_at(AUTHORITY, sub="subject-olga", given_name="Ольга", birthdate="1980-05-05", snils="000-000-022 00")
ANTON = works_at(CLINIC, sub="subject-anton", given_name="Антон", birthdate="1975-06-30", snils="000-000-020 00")
GLEB = works_at(LABORATORY, sub="subject-gleb", given_name="Глеб", birthdate="1990-01-01", snils="000-000-025 00")


@dataclass
class Desk:
    """A browser of somebody who is signed in."""

    browser: Browser

    def open(self, path: str) -> TestResponse:
        return self.browser.get(path)

    def send(self, path: str, form_id: str, button: str | None = None, *, to: str | None = None, **values: str) -> TestResponse:
        """Open a page, fill in its form, and press its button (`name=value`)."""
        page = self.browser.get(path)
        assert page.status_code == 200, (page.status_code, page.text)
        return self.press(page.text, form_id, button, to=to, **values)

    def press(self, page: str, form_id: str, button: str | None = None, *, to: str | None = None, **values: str) -> TestResponse:
        """The same on a page that is open already."""
        form = re.search(rf'<form [^>]*id="{form_id}".*?</form>', page, re.S)
        assert form, f"{form_id} is not on the page"
        action = re.search(r'action="([^"]+)"', form[0])
        assert action or to
        target = to or (action[1].replace("&amp;", "&") if action else "")
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[0]))
        pressed = dict([button.split("=", 1)]) if button else {}
        return self.browser.client.post(target, data={**hidden, **values, **pressed})

    def file(self, kind: str, button: str = "action=send", **values: str) -> str:
        """File a request: the path of its page."""
        answer = self.send(f"/requests/new/{kind}", "request-form", button, **values)
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"]

    def state_of(self, path: str) -> str:
        """The word for where a request stands."""
        found = re.search(r'<span id="state">(.*?)</span></span>|<span id="state">(.*?)</p>', self.open(path).text, re.S)
        assert found
        return re.sub(r"<[^>]+>", "", found[0]).strip()

    def number_of(self, path: str) -> str:
        found = re.search(r'id="number">([^<]+)<', self.open(path).text)
        assert found, "the request has no number"
        return found[1]


def desk_of(stand: Stand, person: Person = VERA, *, acr: str = "substantial") -> Desk:
    """Somebody signs in."""
    stand.provider.person, stand.provider.acr = dict(person), acr
    browser = stand.browser()
    browser.sign_in()
    return Desk(browser)


def place_of(stand: Stand, ogrn: str) -> str:
    """The id of an organisation, as a choice has it."""
    table = table_of(OrganisationRow)
    with stand.realm.database.read() as connection:
        return str(connection.execute(select(table.c.id).where(table.c.ogrn == ogrn)).scalar_one())


def ask_for_vaccination(stand: Stand, desk: Desk, button: str = "action=send", **values: str) -> str:
    """The usual application, in order unless `values` says otherwise."""
    return desk.file("vaccination", button, **{"dose": "1", "place": place_of(stand, CLINIC), "day": "2026-12-05", **values})


__all__ = ["ANTON", "GLEB", "OLGA", "PYOTR", "VERA", "Desk", "ask_for_vaccination", "desk_of", "place_of"]
