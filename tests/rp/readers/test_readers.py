"""«Кто смотрел мои записи»: each look at a person's records, told to that person and to nobody else."""

import re

import pytest

from rp.access.events import Event, note
from rp.cabinet.readers.lines import READINGS
from rp.cabinet.readers.views import ON_A_PAGE
from tests.rp.api.systems import ANTON, VERA, System, id_of
from tests.rp.conftest import Browser, Stand
from tests.rp.fake_provider import PYOTR, STRANGER
from tests.rp.pages import press

CLINIC, INSURER = "ООО «Учебная поликлиника», г. Выдуманск", "АО «Учебная страховая», г. Выдуманск"


@pytest.fixture
def vera(stand: Stand) -> Browser:
    browser = stand.browser()
    browser.sign_in()
    return browser


def lines_of(browser: Browser, path: str = "/readers") -> list[str]:
    """The rows of the table, as text."""
    page = browser.get(path)
    assert page.status_code == 200
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</tr>", page.text, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]*>", " ", row).split()) for row in rows]


def look(stand: Stand, action: Event, *, actor: str, about: str, outcome: str = "done") -> None:
    with stand.realm.database.write() as connection:
        note(connection, stand.realm, action, actor=actor, object=about, outcome=outcome)


def test_r159_the_person_sees_which_organisation_looked_at_what_and_when(stand: Stand, vera: Browser) -> None:
    patient_id = id_of(stand, VERA)
    stand.clock.advance(60)
    System(stand, "insurer").get(f"/patients/{patient_id}/records")
    newest, oldest = lines_of(vera)
    assert newest.startswith(f"{INSURER} программа Записи")
    assert newest.endswith("22 ноября 2026, 20:17")
    assert oldest.startswith(f"{CLINIC} программа Искали вас в регистре")


def test_r159_a_doctor_is_told_by_organisation_and_record(stand: Stand, vera: Browser) -> None:
    with stand.realm.database.read() as connection:
        staff_id = connection.exec_driver_sql("SELECT id FROM staff_members WHERE role = 'doctor'").scalar_one()
    bundle = press(vera, "/copy", "bundle-form").get_json(force=True)
    dose = next(entry["resource"] for entry in bundle["entry"] if entry["resource"].get("lotNumber") == "УЧ-0417")
    look(stand, Event.RECORD_READ, actor=f"staff:{staff_id}", about=f"record:{dose['id']}")
    (line,) = lines_of(vera)
    assert line.startswith(f"{CLINIC} врач Одну запись: Прививка, вторая доза")


def test_r159_nobody_sees_who_looked_at_another(stand: Stand, vera: Browser) -> None:
    id_of(stand, ANTON)
    assert lines_of(vera) == []
    stand.provider.person, stand.provider.spoil_introspection = dict(PYOTR), lambda answer: answer
    pyotr = stand.browser()
    pyotr.sign_in()
    id_of(stand, VERA)
    assert lines_of(pyotr) == []
    assert len(lines_of(vera)) == 1


def test_r159_a_look_that_was_refused_is_told_too(stand: Stand, vera: Browser) -> None:
    vera_id = id_of(stand, VERA)
    look(stand, Event.RECORDS_READ, actor="client:insurer", about=f"patient:{vera_id}", outcome="refused")
    assert "не показали" in lines_of(vera)[0]


def test_own_looks_are_shown_when_they_are_asked_for(vera: Browser) -> None:
    vera.get("/")
    assert lines_of(vera) == []
    assert lines_of(vera, "/readers?own=1")[0].startswith("Вы Все записи")


def test_pages_lead_to_older_ones_and_no_look_is_shown_twice(stand: Stand, vera: Browser) -> None:
    patient_id = id_of(stand, VERA)
    for _number in range(ON_A_PAGE + 4):
        look(stand, Event.RECORDS_READ, actor="client:clinic", about=f"patient:{patient_id}")
    page = vera.get("/readers").text
    assert len(lines_of(vera)) == ON_A_PAGE
    older = re.search(r'id="older" href="([^"]+)"', page)
    assert older is not None
    assert len(lines_of(vera, older[1])) == 5
    assert 'id="older"' not in vera.get(older[1]).text


@pytest.mark.parametrize("before", ["", "x", "-1", "1.5", "9" * 30, "1 OR 1=1", "٣"])
def test_a_page_that_is_none_is_a_400(vera: Browser, before: str) -> None:
    assert vera.get("/readers", query_string={"before": before}).status_code == 400


def test_whoever_is_in_no_register_was_looked_at_by_nobody(stand: Stand) -> None:
    stand.provider.person = dict(STRANGER)
    browser = stand.browser()
    browser.sign_in()
    assert lines_of(browser) == []


def test_every_event_that_is_called_a_reading_is_one() -> None:
    assert {Event.RECORDS_READ, Event.RECORD_READ, Event.API_READ, Event.IDENTITY_READ, Event.COPY_MADE} <= READINGS
    assert not {Event.SIGN_IN, Event.SHARING_CHANGED, Event.JOURNAL_PURGED} & READINGS
