"""Nobody at work vouches for themselves, whatever their session knows of them as a patient."""

from datetime import date

import pytest

from rp.patients.directory import Person, find_by_snils, register_patient
from rp.requests.holds import holds_on, place_hold
from tests.rp.conftest import Stand
from tests.rp.staff.people import LABORANT, REGISTRAR, at_work, field_error
from tests.rp.staff.test_entry import PCR

OWN = {
    "family_name": "Ландышев",
    "given_name": "Глеб",
    "birth_date": "1988-04-12",
    "gender": "male",
    "snils": "000-000-025 00",
}
SENTENCE = "Это ваш собственный СНИЛС. Вас вносит в регистр другой сотрудник."


@pytest.fixture
def stand(both_stands: Stand) -> Stand:
    return both_stands


def test_nobody_enters_themselves_as_somebody_new(stand: Stand) -> None:
    answer = at_work(stand, LABORANT).send("/staff/patients/new/laboratory_test", **OWN, **PCR)
    assert answer.status_code == 422
    assert field_error(answer.text, "snils") == SENTENCE
    with stand.realm.database.read() as connection:
        assert find_by_snils(connection, stand.realm, OWN["snils"]) is None


def test_whoever_came_into_the_register_since_they_signed_in_writes_no_records_of_their_own(stand: Stand) -> None:
    desk = at_work(stand, LABORANT)
    gleb = Person("Ландышев", "Глеб", None, date(1988, 4, 12), "male", "00000002500", "00")
    with stand.realm.database.write() as connection:
        patient, _outcome = register_patient(connection, stand.realm, gleb)
    assert desk.get(f"/staff/patients/{patient.id}/new/laboratory_test").status_code == 404


def test_nobody_lifts_a_hold_on_their_own_data(stand: Stand) -> None:
    olga = Person("Колокольчикова", "Ольга", None, date(1979, 10, 2), "female", "00000002200", "00")
    with stand.realm.database.write() as connection:
        patient, _outcome = register_patient(connection, stand.realm, olga)
        place_hold(connection, stand.realm, patient.id, reason="проверка", actor="operator")
    desk = at_work(stand, REGISTRAR)
    assert desk.send(f"/staff/patients/{patient.id}/hold/lift", page="/staff").status_code == 404
    with stand.realm.database.read() as connection:
        assert holds_on(connection, stand.realm, patient.id)
