"""Who works with the register of a test, and what they do there."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select
from werkzeug.test import TestResponse

from rp.database import JOURNAL
from rp.patients.directory import find_by_snils
from tests.rp.conftest import Browser, Stand

VERA, PYOTR, MAYA, ANTON = (f"000-000-0{number} 00" for number in (17, 18, 19, 20))
CLINIC, LABORATORY, CENTRE = "1000000000175", "1000000000197", "1000000000220"
DOCTOR = {
    "sub": "subject-anton",
    "family_name": "Васильков",
    "given_name": "Антон",
    "birthdate": "1975-06-30",
    "snils": ANTON,
    "organisations": [{"ogrn": CLINIC, "name": "ООО «Учебная поликлиника», г. Выдуманск", "position": "врач"}],
}
LABORANT = {
    "sub": "subject-gleb",
    "family_name": "Ландышев",
    "given_name": "Глеб",
    "birthdate": "1988-04-12",
    "snils": "000-000-025 00",
    "organisations": [{"ogrn": LABORATORY, "name": "ООО «Учебная лаборатория», г. Выдуманск", "position": "лаборант"}],
}
REGISTRAR = {
    "sub": "subject-olga",
    "family_name": "Колокольчикова",
    "given_name": "Ольга",
    "birthdate": "1979-10-02",
    "snils": "000-000-022 00",
    "organisations": [{"ogrn": CENTRE, "name": "Учебный центр эпидемиологии, г. Выдуманск", "position": "регистратор"}],
}


@dataclass
class Desk:
    """Somebody at work, at a browser."""

    browser: Browser

    def get(self, path: str) -> TestResponse:
        return self.browser.get(path)

    def send(self, path: str, page: str | None = None, **fields: str) -> TestResponse:
        """Fill in the form of a page and send it, with what the page itself puts into it."""
        text = self.browser.get(page or path).text
        token = re.search(r'name="csrf_token" value="([^"]+)"', text)
        version = re.search(r'name="version" value="([^"]+)"', text)
        assert token, text
        sent = {"csrf_token": token[1], **({"version": version[1]} if version else {}), **fields}
        return self.browser.client.post(path, data=sent)

    def enter(self, patient_id: str, type_name: str, /, **fields: str) -> TestResponse:
        """Send the form of a new record."""
        return self.send(f"/staff/patients/{patient_id}/new/{type_name}", **fields)

    def entered(self, patient_id: str, type_name: str, /, **fields: str) -> str:
        """The id of the record that was entered."""
        answer = self.enter(patient_id, type_name, **fields)
        assert answer.status_code == 303, answer.text
        return urlsplit(answer.headers["Location"]).path.rpartition("/")[2]


def at_work(stand: Stand, person: dict[str, Any] = DOCTOR, acr: str = "substantial") -> Desk:
    """Sign in somebody who works here."""
    stand.provider.person, stand.provider.acr = dict(person), acr
    browser = stand.browser()
    browser.sign_in("/staff")
    return Desk(browser)


def patient_id(stand: Stand, snils: str) -> str:
    with stand.realm.database.read() as connection:
        found = find_by_snils(connection, stand.realm, snils)
    assert found is not None
    return found.id


def journal(stand: Stand, action: str) -> list[tuple[str, str, str]]:
    """Who did it with what, and what became of it."""
    with stand.realm.database.read() as connection:
        rows = connection.execute(select(JOURNAL).where(JOURNAL.c.action == action).order_by(JOURNAL.c.seq))
        return [(row.actor, row.object, row.outcome) for row in rows]


def field_error(page: str, name: str) -> str | None:
    """What the page says at a field, whose control is marked and tied to the sentence."""
    found = re.search(rf'<p class="error" id="{name}-error">.*?<span>(.*?)</span>', page, re.S)
    if found is None:
        return None
    control = re.search(rf'<(?:input|select|textarea)[^>]*id="{name}"[^>]*>', page)
    assert control, name
    assert 'aria-invalid="true"' in control[0]
    assert f"{name}-error" in control[0]
    return found[1]


def fields_in_error(page: str) -> set[str]:
    """Every field that the page complains of."""
    return set(re.findall(r'<p class="error" id="([a-z_]+)-error">', page))
