"""A person asks for a field of a record to be put right, and somebody decides (R137)."""

import re

import pytest

from rp.records.seed import load_seed
from rp.records.store import find_record, versions_of
from tests.rp.conftest import Stand
from tests.rp.requests.desk import OLGA, PYOTR, Desk, desk_of


@pytest.fixture
def stand(both_stands: Stand) -> Stand:
    return both_stands


def dose_of(desk: Desk) -> str:
    """The id of the second dose of Вера."""
    page = desk.open("/?group=vaccination").text
    found = re.search(r'href="/records/([^"]+)">Прививка, вторая доза', page)
    assert found
    return found[1]


def ask(desk: Desk, record_id: str, **values: str) -> str:
    """File a request to correct the lot."""
    typed = {"field": "lot", "value": "УЧ-0500", "why": "Так написано в моём сертификате.", **values}
    answer = desk.send(f"/requests/new/correction?record={record_id}", "request-form", "action=send", **typed)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def test_r137_the_request_names_record_and_field_and_granted_it_is_done_and_the_old_value_is_kept(stand: Stand) -> None:
    vera = desk_of(stand)
    record_id = dose_of(vera)
    path = ask(vera, record_id)
    olga = desk_of(stand, OLGA)
    page = olga.open(f"/staff{path}").text
    for word in ("Серия", "УЧ-0500", "Сейчас в записи", "УЧ-0417", "Так написано в моём сертификате."):
        assert word in page
    answer = olga.press(page, "decision-form", "decision=grant", answer="Исправили по сертификату.")
    assert answer.headers["Location"] == "/staff/requests?said=grant", answer.text
    vera = desk_of(stand)
    assert "УЧ-0500" in vera.open(f"/records/{record_id}").text
    assert "Исправили по сертификату." in vera.open(path).text
    assert "Решение по заявлению ЗР-2026-000001" in vera.open("/notices").text
    with stand.realm.database.read() as connection:
        now = find_record(connection, stand.realm, record_id)
        assert now is not None
        [before] = versions_of(connection, stand.realm, now)
    assert (before.content["lot"], now.content["lot"], now.version) == ("УЧ-0417", "УЧ-0500", 2)
    assert now.reason == "ЗР-2026-000001"
    with stand.realm.database.write() as writing:
        added = [report.added for _key, _outcome, report in load_seed(writing, stand.realm)]
    assert not any(added), "a source that goes on telling of the wrong value does not bring it back"


def test_r137_refused_with_a_reason_the_record_stays_and_the_person_is_told(stand: Stand) -> None:
    vera = desk_of(stand)
    record_id = dose_of(vera)
    path = ask(vera, record_id)
    olga = desk_of(stand, OLGA)
    page = olga.open(f"/staff{path}").text
    assert olga.press(page, "decision-form", "decision=refuse", answer="").status_code == 422
    olga.press(page, "decision-form", "decision=refuse", answer="В журнале кабинета серия УЧ-0417.")
    vera = desk_of(stand)
    assert "В журнале кабинета серия УЧ-0417." in vera.open(path).text
    assert "УЧ-0417" in vera.open(f"/records/{record_id}").text
    assert "ЗР-2026-000001" in vera.open("/notices").text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"field": "occurred_on", "value": "вчера"}, "Неверный формат даты"),
        ({"field": "product", "value": "Вакцина Выдуманная"}, "Может быть только одно из этого:"),
        ({"field": "lot", "value": ""}, "Напишите, как правильно."),
        ({"field": "patient_id", "value": "x"}, "Выберите одно из списка."),
    ],
)
def test_r137_a_value_that_the_field_cannot_hold_is_an_error_before_it_is_sent(
    stand: Stand, typed: dict[str, str], sentence: str
) -> None:
    vera = desk_of(stand)
    path = f"/requests/new/correction?record={dose_of(vera)}"
    answer = vera.send(path, "request-form", "action=send", **{"why": "Ошибка.", **typed})
    assert answer.status_code == 422
    assert sentence in answer.text


def test_r137_a_choice_is_meant_by_its_words(stand: Stand) -> None:
    vera = desk_of(stand)
    path = ask(vera, dose_of(vera), field="product", value="спутник лайт")
    assert vera.number_of(path)


def test_r137_nobody_asks_about_anothers_record(stand: Stand) -> None:
    record_id = dose_of(desk_of(stand))
    pyotr = desk_of(stand, PYOTR)
    for address in (record_id, "unknown", ""):
        assert pyotr.open(f"/requests/new/correction?record={address}").status_code == 404
    assert pyotr.open("/requests/new/correction").status_code == 404


def test_r137_r156_a_correction_does_not_make_two_records_of_one_dose(stand: Stand) -> None:
    vera = desk_of(stand)
    record_id = dose_of(vera)
    paths = [ask(vera, record_id, value="УЧ-0388"), ask(vera, record_id, field="occurred_on", value="2026-02-18")]
    olga = desk_of(stand, OLGA)
    pages = [olga.open(f"/staff{path}").text for path in paths]
    assert olga.press(pages[0], "decision-form", "decision=grant", answer="Исправили.").status_code == 303
    refused = olga.press(pages[1], "decision-form", "decision=grant", answer="Исправили.")
    assert refused.status_code == 409
    assert "Такая запись в регистре уже есть." in refused.text
    assert olga.state_of(f"/staff{paths[1]}") == "на рассмотрении"
