"""Whoever is shown somebody's data is written down, also where the page comes back because something was wrong with it."""

import re

import pytest

from rp.access.events import Event
from tests.rp.conftest import Stand
from tests.rp.pages import rows_of
from tests.rp.requests.desk import ask_for_vaccination, desk_of
from tests.rp.staff.people import DOCTOR, MAYA, REGISTRAR, VERA, Desk, at_work, patient_id
from tests.rp.staff.test_entry import DOSE, NEWCOMER, PCR


@pytest.fixture
def stand(both_stands: Stand) -> Stand:
    return both_stands


@pytest.fixture
def desk(stand: Stand) -> Desk:
    return at_work(stand, DOCTOR)


def token_of(desk: Desk) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', desk.get("/staff").text)
    assert found
    return found[1]


def looks(stand: Stand, event: Event, object: str) -> int:
    return sum(row.object == object for row in rows_of(stand, event))


@pytest.mark.parametrize("work", ["correct", "withdraw"])
def test_a_form_without_a_reason_shows_the_record_to_somebody_who_is_written_down(stand: Stand, desk: Desk, work: str) -> None:
    record_id = desk.entered(patient_id(stand, MAYA), "vaccination", **DOSE)
    before = looks(stand, Event.RECORD_READ, f"record:{record_id}")
    sent = {"csrf_token": token_of(desk), "version": "1"}
    answer = desk.browser.client.post(f"/staff/records/{record_id}/{work}", data=sent)
    assert answer.status_code == 422
    assert "Прививка" in answer.text
    assert looks(stand, Event.RECORD_READ, f"record:{record_id}") == before + 1


def test_a_form_that_is_wrong_names_the_patient_to_somebody_who_is_written_down(stand: Stand, desk: Desk) -> None:
    vera = patient_id(stand, VERA)
    answer = desk.browser.client.post(f"/staff/patients/{vera}/new/vaccination", data={"csrf_token": token_of(desk)})
    assert answer.status_code == 422
    assert "Ромашкина" in answer.text
    assert looks(stand, Event.RECORDS_READ, f"patient:{vera}") == 1


def test_a_decision_without_an_answer_shows_the_request_to_somebody_who_is_written_down(stand: Stand) -> None:
    path, vera = ask_for_vaccination(stand, desk_of(stand)), patient_id(stand, VERA)
    olga = at_work(stand, REGISTRAR)
    sent = {"csrf_token": token_of(olga), "decision": "grant", "answer": "", "version": "2"}
    answer = olga.browser.client.post(f"/staff{path}", data=sent)
    assert answer.status_code == 422
    assert "Ромашкина" in answer.text
    assert looks(stand, Event.REQUEST_READ, f"patient:{vera}") == 1


def test_whoever_looks_at_what_forbids_a_deletion_is_written_down(stand: Stand) -> None:
    vera, olga = patient_id(stand, VERA), at_work(stand, REGISTRAR)
    assert "Ромашкина" in olga.get(f"/staff/patients/{vera}/hold").text
    assert olga.browser.client.post(f"/staff/patients/{vera}/hold", data={"csrf_token": token_of(olga)}).status_code == 422
    assert looks(stand, Event.RECORDS_READ, f"patient:{vera}") == 2


def test_whoever_is_told_by_a_newcomers_form_that_somebody_is_known_has_searched_for_them(stand: Stand, desk: Desk) -> None:
    answer = desk.send("/staff/patients/new/laboratory_test", **{**NEWCOMER, **PCR, "snils": VERA})
    assert answer.status_code == 409
    assert looks(stand, Event.PATIENT_SEARCHED, f"patient:{patient_id(stand, VERA)}") == 1
