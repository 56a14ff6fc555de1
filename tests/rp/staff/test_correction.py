"""Putting records right: a version more, a reason, and never somebody else's work lost."""

import re

import pytest

from tests.rp.conftest import Stand
from tests.rp.staff.people import (
    DOCTOR,
    LABORANT,
    MAYA,
    REGISTRAR,
    VERA,
    Desk,
    at_work,
    field_error,
    journal,
    patient_id,
)
from tests.rp.staff.test_entry import CASE, DOSE, PCR, maya


@pytest.fixture
def stand(both_stands: Stand) -> Stand:
    return both_stands


@pytest.fixture
def desk(stand: Stand) -> Desk:
    return at_work(stand)


@pytest.fixture
def dose(stand: Stand, desk: Desk) -> str:
    return desk.entered(patient_id(stand, MAYA), "vaccination", **DOSE)


def test_a_correction_keeps_the_old_version_with_author_and_reason(stand: Stand, desk: Desk, dose: str) -> None:
    answer = desk.send(f"/staff/records/{dose}/correct", **{**DOSE, "lot": "УЧ-0555"}, why="Серия списана с чужой карты")
    assert answer.status_code == 303
    page = desk.get(f"/staff/records/{dose}").text
    assert "<dt>Серия</dt><dd>УЧ-0555</dd>" in page[: page.index('id="versions"')]
    history = page[page.index('id="versions"') :]
    assert "Версия 2" in history
    assert "20:16, врач, ООО «Учебная поликлиника», г. Выдуманск. Почему: Серия списана с чужой карты" in history
    assert "<dt>Серия</dt><dd>УЧ-0500</dd>" in history
    assert "серия УЧ-0555" in maya(stand)
    assert "<dt>Исправлено</dt><dd>22 ноября 2026, 20:16</dd>" in page
    assert journal(stand, "record_changed")[-1][1] == f"record:{dose}"


def test_the_form_of_a_correction_holds_what_the_record_says(stand: Stand, desk: Desk, dose: str) -> None:
    page = desk.get(f"/staff/records/{dose}/correct").text
    assert journal(stand, "record_read")[-1][1:] == (f"record:{dose}", "done")
    for text in ('value="gam-covid-vac" selected', 'value="2026-10-01"', 'value="УЧ-0500"', 'id="dose" name="dose" value="1"'):
        assert text in page


def test_a_correction_needs_a_reason_and_keeps_what_was_typed(desk: Desk, dose: str) -> None:
    answer = desk.send(f"/staff/records/{dose}/correct", **{**DOSE, "lot": "УЧ-0555"}, why=" ")
    assert answer.status_code == 422
    assert field_error(answer.text, "why") == "Напишите, почему."
    assert 'value="УЧ-0555"' in answer.text
    assert "Версия 2" not in desk.get(f"/staff/records/{dose}").text


def test_rg_27_the_second_of_two_editors_gets_409_and_loses_nothing(stand: Stand, desk: Desk, dose: str) -> None:
    other = at_work(stand, REGISTRAR)
    path = f"/staff/records/{dose}/correct"
    token, version = hidden(other, path)
    assert desk.send(path, **{**DOSE, "lot": "УЧ-0555"}, why="первый").status_code == 303
    typed = {**DOSE, "lot": "УЧ-0777", "why": "второй", "csrf_token": token}
    answer = other.browser.client.post(path, data={**typed, "version": version})
    assert answer.status_code == 409
    assert "Запись уже изменил кто-то другой" in answer.text
    assert 'value="УЧ-0777"' in answer.text
    assert ">второй</textarea>" in answer.text
    assert "<dt>Серия</dt><dd>УЧ-0555</dd>" in answer.text
    assert "УЧ-0777" not in desk.get(f"/staff/records/{dose}").text
    again = other.browser.client.post(
        path, data={**typed, "version": re.findall(r'name="version" value="(\d+)"', answer.text)[0]}
    )
    assert again.status_code == 303
    page = desk.get(f"/staff/records/{dose}").text
    for lot in ("УЧ-0500", "УЧ-0555", "УЧ-0777"):
        assert lot in page


def hidden(desk: Desk, path: str) -> tuple[str, str]:
    page = desk.get(path).text
    token, version = (re.search(rf'name="{name}" value="([^"]+)"', page) for name in ("csrf_token", "version"))
    assert token
    assert version
    return token[1], version[1]


@pytest.mark.parametrize("version", ["", "x", "-1", "1;DROP", "9" * 30])
def test_a_version_that_is_none_is_refused(desk: Desk, dose: str, version: str) -> None:
    path = f"/staff/records/{dose}/correct"
    token, _version = hidden(desk, path)
    answer = desk.browser.client.post(path, data={**DOSE, "why": "x", "csrf_token": token, "version": version})
    assert answer.status_code == 400


def test_r156_a_correction_makes_no_second_record_of_one_event(stand: Stand, desk: Desk, dose: str) -> None:
    other = desk.entered(patient_id(stand, MAYA), "vaccination", **{**DOSE, "lot": "УЧ-0501"})
    answer = desk.send(f"/staff/records/{other}/correct", **DOSE, why="опечатка")
    assert answer.status_code == 409
    assert f'href="/staff/records/{dose}"' in answer.text


def test_a_withdrawn_record_is_seen_by_nobody(stand: Stand, desk: Desk, dose: str) -> None:
    assert "УЧ-0500" in maya(stand)
    answer = desk.send(f"/staff/records/{dose}/withdraw", why="Записали не тому человеку")
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/staff/patients/{patient_id(stand, MAYA)}?said=withdrawn"
    assert "УЧ-0500" not in maya(stand)
    assert desk.get(f"/staff/records/{dose}").status_code == 404
    assert journal(stand, "record_withdrawn")[-1][1] == f"record:{dose}"


def test_rg_27_a_withdrawal_of_what_was_changed_meanwhile_gets_409(stand: Stand, desk: Desk, dose: str) -> None:
    other = at_work(stand, REGISTRAR)
    path = f"/staff/records/{dose}/withdraw"
    token, version = hidden(other, path)
    assert desk.send(f"/staff/records/{dose}/correct", **{**DOSE, "dose": "2"}, why="первый").status_code == 303
    answer = other.browser.client.post(path, data={"why": "второй", "csrf_token": token, "version": version})
    assert answer.status_code == 409
    assert desk.get(f"/staff/records/{dose}").status_code == 200


def test_r004_the_test_that_proves_a_case_stays_as_long_as_the_case(stand: Stand, desk: Desk) -> None:
    patient = patient_id(stand, MAYA)
    test = desk.entered(patient, "laboratory_test", **PCR)
    case = desk.entered(patient, "disease_case", pcr=test, **CASE)
    gone = desk.send(f"/staff/records/{test}/withdraw", why="ошибка")
    assert gone.status_code == 409
    assert "На этот тест опирается случай болезни" in gone.text
    negative = desk.send(f"/staff/records/{test}/correct", **{**PCR, "result": "260415000"}, why="ошибка")
    assert negative.status_code == 422
    assert "опирается случай болезни" in str(field_error(negative.text, "result"))
    assert desk.send(f"/staff/records/{case}/withdraw", why="ошибка").status_code == 303
    assert desk.send(f"/staff/records/{test}/withdraw", why="ошибка").status_code == 303


def test_a_case_keeps_its_number_when_it_is_closed(stand: Stand, desk: Desk) -> None:
    patient = patient_id(stand, MAYA)
    test = desk.entered(patient, "laboratory_test", **PCR)
    case = desk.entered(patient, "disease_case", pcr=test, **CASE)
    number = re.findall(r"<dt>УНРЗ</dt><dd>(\d{16})</dd>", desk.get(f"/staff/records/{case}").text)[0]
    answer = desk.send(f"/staff/records/{case}/correct", pcr=test, **CASE, ended_on="2026-11-15", why="выздоровела")
    assert answer.status_code == 303
    page = desk.get(f"/staff/records/{case}").text
    assert set(re.findall(r"<dt>УНРЗ</dt><dd>(\d{16})</dd>", page)) == {number}
    assert "закрыт" in page


def test_only_who_entered_a_record_and_registrars_correct_it(stand: Stand, desk: Desk) -> None:
    patient = patient_id(stand, MAYA)
    theirs = at_work(stand, LABORANT).entered(patient, "laboratory_test", **PCR)
    page = desk.get(f"/staff/records/{theirs}")
    assert page.status_code == 200
    assert 'id="correct"' not in page.text
    for action in ("correct", "withdraw"):
        assert desk.get(f"/staff/records/{theirs}/{action}").status_code == 403
        assert at_work(stand, REGISTRAR).get(f"/staff/records/{theirs}/{action}").status_code == 200
    assert at_work(stand, LABORANT).get(f"/staff/records/{theirs}/correct").status_code == 200


def test_a_citizen_corrects_nothing(stand: Stand, dose: str) -> None:
    citizen = stand.browser()
    stand.provider.person = {
        **stand.provider.person,
        "sub": "subject-x",
        "snils": VERA,
        "birthdate": "1984-02-14",
        "organisations": [],
    }
    citizen.sign_in()
    for action in ("", "/correct", "/withdraw"):
        assert citizen.get(f"/staff/records/{dose}{action}").status_code == 403


def test_records_of_other_registers_are_corrected_by_registrars(stand: Stand) -> None:
    """What a bundle brought has no organisation of ours: its vaccine is on no list, and stays as it was told."""
    desk = at_work(stand, REGISTRAR)
    page = desk.get(f"/staff/patients/{patient_id(stand, DOCTOR['snils'])}").text
    path = re.findall(r'href="(/staff/records/[^"]+)">Прививка', page)[0]
    form = desk.get(f"{path}/correct").text
    assert 'value="kept" selected' in form
    day = re.findall(r'name="occurred_on" value="([^"]+)"', form)[0]
    answer = desk.send(f"{path}/correct", product="kept", occurred_on=day, lot="УЧ-1", dose="1", why="уточнили серию")
    assert answer.status_code == 303
    names = re.findall(r"<dt>Вакцина</dt><dd>([^<]+)</dd>", desk.get(path).text)
    assert len(names) == 2
    assert names[0] == names[1]


def test_a_correction_that_changes_nothing_makes_no_version(desk: Desk, dose: str) -> None:
    answer = desk.send(f"/staff/records/{dose}/correct", **DOSE, why="проверил")
    assert answer.status_code == 422
    assert 'id="same"' in answer.text
    assert "Версия 2" not in desk.get(f"/staff/records/{dose}").text


def test_who_wrote_corrected_or_withdrew_is_told_so(stand: Stand, desk: Desk, dose: str) -> None:
    path = f"/staff/records/{dose}"
    entered = desk.enter(patient_id(stand, MAYA), "vaccination", **{**DOSE, "lot": "УЧ-0777"})
    assert "Запись внесена" in desk.get(entered.headers["Location"]).text
    corrected = desk.send(f"{path}/correct", **{**DOSE, "lot": "УЧ-0555"}, why="опечатка")
    assert "Запись исправлена" in desk.get(corrected.headers["Location"]).text
    withdrawn = desk.send(f"{path}/withdraw", why="не тот человек")
    assert "Запись отозвана" in desk.get(withdrawn.headers["Location"]).text
