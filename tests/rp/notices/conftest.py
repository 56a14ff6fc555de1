"""People of the seed, what they are told, and what leaves the registry."""

from dataclasses import dataclass

import pytest
from werkzeug.test import TestResponse

from ground.message import Message
from rp import notices
from rp.app import run_due_jobs
from rp.notices.publications import publish
from rp.notices.topics import Topic
from rp.patients.directory import Patient, find_by_snils
from tests.rp.conftest import Browser, Stand
from tests.rp.test_sign_in import csrf_token

VERA_SNILS = "000-000-017 00"
VERA_MAIL, VERA_PHONE = "vera@example.test", "+70000000017"


@dataclass
class House:
    """A registry, and Vera, who has both addresses."""

    stand: Stand
    vera: Patient

    def tell(self, patient: Patient | None = None, **news: str) -> None:
        told = {"subject": "Решение по заявлению", "text": "Запись о прививке исправлена.\nСпасибо.", **news}
        with self.stand.realm.database.write() as connection:
            notices.tell(connection, self.stand.realm, (patient or self.vera).id, **told)

    def publish(self, topic: Topic = Topic.RECOMMENDATIONS, **text: str) -> str:
        told = {"subject": "Прививка от гриппа", "text": "Её можно сделать в тот же день.", **text}
        with self.stand.realm.database.write() as connection:
            publication_id = publish(connection, self.stand.realm, topic, actor="operator:test", **told)
        self.work()
        return publication_id

    def work(self) -> None:
        while run_due_jobs(self.stand.realm):
            pass

    def sent(self) -> list[Message]:
        with self.stand.realm.database.read() as connection:
            return self.stand.realm.outbox.messages(connection, with_failed=True)

    def signed_in(self) -> Browser:
        browser = self.stand.browser()
        browser.sign_in()
        return browser

    def save(self, browser: Browser, *ticked: str) -> TestResponse:
        """Send the form of the settings with exactly these boxes ticked."""
        return self.post(browser, "/notices/settings", "/notices/settings", **dict.fromkeys(ticked, "1"))

    def post(self, browser: Browser, page: str, path: str, **values: str) -> TestResponse:
        """Press a button of a page."""
        return browser.client.post(path, data={"csrf_token": csrf_token(browser.get(page).text), **values})


@pytest.fixture
def house(both_stands: Stand) -> House:
    realm = both_stands.realm
    with realm.database.read() as connection:
        vera = find_by_snils(connection, realm, VERA_SNILS)
    assert vera is not None and (vera.person.email, vera.person.phone) == (VERA_MAIL, VERA_PHONE)
    return House(both_stands, vera)
