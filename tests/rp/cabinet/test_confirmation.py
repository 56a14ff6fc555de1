"""«Подтверждение данных»: what the register knows is shown, edited in place, proved by a file, and confirmed."""

import re
from io import BytesIO
from typing import Any

import pytest
from werkzeug.test import TestResponse

from rp.access.events import Event
from rp.patients.confirmation import is_confirmed
from rp.patients.directory import Patient, find_by_snils, versions_of_person
from tests.rp.cabinet.test_linking import OUTSIDER
from tests.rp.conftest import Browser, Stand
from tests.rp.documents import files
from tests.rp.fake_provider import VERA
from tests.rp.page_forms import errors_of, inputs_of, send
from tests.rp.pages import form_of, rows_of
from tests.rp.requests.desk import OLGA, Desk, desk_of

PAGE = "/confirmation"
MAYA = {"sub": "subject-maya", "given_name": "Майя", "birthdate": "1999-09-09", "snils": "000-000-019 00"}
CLAIMS = {**VERA, "inn": "000000001773", "phone_number": "+70000000017", "email": "vera@example.test"}


@pytest.fixture
def stand(both_stands: Stand) -> Stand:
    return both_stands


@pytest.fixture
def vera(stand: Stand) -> Browser:
    return desk_of(stand, CLAIMS).browser


def edited(browser: Browser, **values: str) -> TestResponse:
    """Open the fields, change some, and press «Подтвердить»."""
    typed = {**typed_now(browser), **values}
    return send(browser, PAGE, **typed)


def typed_now(browser: Browser) -> dict[str, str]:
    page = browser.get(f"{PAGE}?edit=1").text
    values = dict(form_of(browser, f"{PAGE}?edit=1", "confirmation").values)
    chosen = re.findall(r'<select class="input" id="([a-z_]+)".*?</select>', page, re.DOTALL)
    for name in chosen:
        box = re.search(rf'<select class="input" id="{name}".*?</select>', page, re.DOTALL)
        assert box is not None
        selected = re.search(r'<option value="([^"]*)" selected>', box[0])
        values[name] = selected[1] if selected else ""
    values.pop("csrf_token")
    return values


def patient(stand: Stand) -> Patient:
    with stand.realm.database.read() as connection:
        found = find_by_snils(connection, stand.realm, VERA["snils"])
    assert found is not None
    return found


def upload(browser: Browser, path: str, content: bytes, name: str, **values: str) -> TestResponse:
    token = form_of(browser, PAGE, "confirmation").values["csrf_token"]
    data: dict[str, Any] = {"csrf_token": token, **values, "file": (BytesIO(content), name)}
    return browser.client.post(path, data=data, content_type="multipart/form-data")


def open_request(browser: Browser) -> str:
    """The address of the request that the page names."""
    found = re.search(r'href="(/requests/[0-9a-f-]{36})"', browser.get(PAGE).text)
    assert found is not None
    return found[1]


def test_r077_r078_cabinet_has_the_register_and_its_section(vera: Browser) -> None:
    assert "Электронный регистр COVID‑19" in vera.get("/").text
    assert re.search(r'href="/confirmation"[^>]*>.*?Подтверждение данных', vera.get("/history").text, re.DOTALL)
    page = vera.get(PAGE).text
    assert "<h1>Подтверждение данных</h1>" in page
    assert "Электронный регистр COVID‑19" in page


def test_r079_name_birth_date_sex_and_inn_are_those_of_the_provider(vera: Browser) -> None:
    page = vera.get(PAGE).text
    for shown in ("Ромашкина Вера Тимофеевна", "14 февраля 1984", "женский", "000000001773"):
        assert shown in page


def test_r080_edited_name_waits_for_staff_and_the_old_one_stays_in_the_history(stand: Stand, vera: Browser) -> None:
    assert ">Редактировать</a>" in vera.get(PAGE).text
    assert edited(vera, family_name="Лютикова").status_code == 303
    assert patient(stand).person.family_name == "Ромашкина"
    page = vera.get(PAGE).text
    assert "Лютикова Вера Тимофеевна: указано вами, проверяет сотрудник" in page
    assert "Ромашкина Вера Тимофеевна" in page
    path = open_request(vera)
    olga = desk_of(stand, OLGA)
    shown = olga.open(f"/staff{path}").text
    assert "Лютикова" in shown
    assert "Сейчас: Фамилия" in shown
    assert olga.press(shown, "decision-form", "decision=grant", answer="Сверено с паспортом.").status_code == 303
    assert patient(stand).person.family_name == "Лютикова"
    with stand.realm.database.read() as connection:
        former = versions_of_person(connection, stand.realm, patient(stand).id)
    assert former[0].person.family_name == "Ромашкина"
    assert "указано вами" not in desk_of(stand, {**CLAIMS, "family_name": "Лютикова"}).open(PAGE).text


def test_i20_refused_change_leaves_the_register_as_it_was(stand: Stand, vera: Browser) -> None:
    edited(vera, birth_date="1984-02-15")
    olga = desk_of(stand, OLGA)
    page = olga.open(f"/staff{open_request(vera)}").text
    assert olga.press(page, "decision-form", "decision=refuse", answer="В паспорте другая дата.").status_code == 303
    assert patient(stand).person.birth_date.isoformat() == "1984-02-14"
    assert "указано вами" not in vera.get(PAGE).text


def test_r011_i20_contacts_change_at_once_and_the_journal_tells(stand: Stand, vera: Browser) -> None:
    assert edited(vera, phone="89161234567", email="New@Example.Test").status_code == 303
    page = vera.get(PAGE).text
    assert "+79161234567" in page
    assert "new@example.test" in page
    assert "указано вами" not in page
    told = rows_of(stand, Event.PERSON_CHANGED)
    assert [(row.actor, "phone" in str(row.detail)) for row in told] == [(f"patient:{patient(stand).id}", True)]
    assert "9161234567" not in repr(told)


@pytest.mark.parametrize("kind", ["passport_rf", "foreign_passport", "birth_certificate", "residence_permit"])
def test_r081_document_has_a_kind_and_the_format_of_its_kind(vera: Browser, kind: str) -> None:
    assert f'<option value="{kind}"' in vera.get(f"{PAGE}?edit=1").text
    answer = edited(vera, document_kind=kind, document_number="12345")
    assert answer.status_code == 422
    assert errors_of(answer.text).keys() == {"document_number"}


def test_r081_a_wrong_number_is_told_together_with_what_else_is_wrong(vera: Browser) -> None:
    answer = edited(vera, document_number="12", inn="1", family_name="")
    assert errors_of(answer.text).keys() == {"document_number", "inn", "family_name"}
    assert errors_of(answer.text)["family_name"] == "Заполните поле «Фамилия»."


def test_r081_another_passport_stands_below_the_one_that_the_register_knows(vera: Browser) -> None:
    assert edited(vera, document_number="0000 000099").status_code == 303
    assert "<dd>0000 000017<small>0000 000099: указано вами, проверяет сотрудник</small>" in vera.get(PAGE).text


def test_r081_another_passport_is_still_asked_for_when_more_is_changed(stand: Stand, vera: Browser) -> None:
    edited(vera, document_number="0000 000099")
    assert edited(vera, given_name="Вероника").status_code == 303
    assert "0000 000099: указано вами, проверяет сотрудник" in vera.get(PAGE).text
    olga = desk_of(stand, OLGA)
    olga.press(olga.open(f"/staff{open_request(vera)}").text, "decision-form", "decision=refuse", answer="Не сходится.")
    page = vera.get(PAGE).text
    assert "0000 000017" in page and "0000 000099" not in page


def test_r081_another_document_is_kept_as_the_person_named_it(vera: Browser) -> None:
    assert edited(vera, document_kind="birth_certificate", document_number="iv-мю 123456").status_code == 303
    page = vera.get(PAGE).text
    assert "Свидетельство о рождении" in page
    assert "IV-МЮ 123456" in page


def test_r082_scan_is_listed_with_name_size_and_time(vera: Browser) -> None:
    assert ">Загрузить файл</button>" in vera.get(PAGE).text
    assert upload(vera, f"{PAGE}/file", files.jpeg(), "паспорт.jpg").status_code == 303
    page = vera.get(PAGE).text
    assert "паспорт.jpg" in page
    assert re.search(r"22 ноября 2026, \d\d:\d\d", page)


def test_r082_scan_that_comes_after_the_change_is_seen_by_whoever_decides_and_by_nobody_else(stand: Stand, vera: Browser) -> None:
    edited(vera, family_name="Лютикова")
    assert 'id="scan-wanted"' in vera.get(PAGE).text
    upload(vera, f"{PAGE}/file", files.jpeg(), "паспорт.jpg")
    page = vera.get(PAGE).text
    assert 'id="scan-wanted"' not in page
    address = re.findall(r'href="(/documents/[0-9a-f-]{36})"', page)[0]
    olga = desk_of(stand, OLGA)
    assert address in olga.open(f"/staff{open_request(vera)}").text
    assert olga.open(address).status_code == 200
    assert desk_of(stand, MAYA).open(address).status_code == 404


def test_r084_file_that_is_neither_is_refused_on_the_same_page(vera: Browser) -> None:
    answer = upload(vera, f"{PAGE}/file", b"<html>", "scan.pdf")
    assert answer.status_code == 422
    assert "Загрузите файл в формате PDF или JPG." in errors_of(answer.text)["file"]
    assert "<h1>Подтверждение данных</h1>" in answer.text
    assert 'href="#file"' in answer.text, "said above, too: the field is below the fold"


def test_r083_every_dose_with_date_vaccine_and_lot_and_the_number_of_the_certificate(vera: Browser) -> None:
    page = vera.get(PAGE).text
    course = page[page.index('id="vaccination"') :]
    for shown in ("1 из 2", "18.02.2026", "2 из 2", "11.03.2026", "Гам-КОВИД-Вак", "УЧ-0388", "Поликлиника № 0", "завершено"):
        assert shown in course
    assert re.search(r"Номер сертификата</dt><dd>\d{16}<", course)


def test_r085_r087_button_is_refused_while_something_is_wrong_and_nothing_is_lost(stand: Stand, vera: Browser) -> None:
    assert '<button class="button button-primary" id="confirm">Подтвердить</button>' in vera.get(PAGE).text
    answer = edited(vera, inn="000000001774", family_name="Лютикова", phone="+79161234567")
    assert answer.status_code == 422
    fields = inputs_of(answer.text)
    assert fields["inn"]["aria-invalid"] == "true"
    assert errors_of(answer.text) == {"inn": "В ИНН опечатка: контрольные цифры не сходятся."}
    assert (fields["family_name"]["value"], fields["phone"]["value"]) == ("Лютикова", "+79161234567")
    assert 'action="/confirmation"' in answer.text
    assert patient(stand).person.phone == "+70000000017"
    with stand.realm.database.read() as connection:
        assert not is_confirmed(connection, patient(stand).id)


def test_r086_success_is_told_and_two_ways_lead_on(vera: Browser) -> None:
    answer = send(vera, PAGE)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/confirmation?done=1")
    page = vera.get(answer.headers["Location"]).text
    assert "Данные успешно подтверждены" in page
    for label in ("Оформить справку", "Запросить результаты тестов"):
        found = re.search(rf'href="([^"]+)">(?:<svg.*?</svg>)?{label}</a>', page)
        assert found is not None
        assert vera.get(found[1].replace("&amp;", "&")).status_code == 200


def test_r086_nobody_reads_of_a_success_that_was_none(vera: Browser) -> None:
    assert "успешно" not in vera.get(f"{PAGE}?done=1").text


def test_r088_confirmed_is_who_pressed_the_button_and_nobody_else(stand: Stand, vera: Browser) -> None:
    with stand.realm.database.read() as connection:
        assert not is_confirmed(connection, patient(stand).id)
    send(vera, PAGE)
    with stand.realm.database.read() as connection:
        assert is_confirmed(connection, patient(stand).id)
    assert "Вы подтвердили данные 22 ноября 2026" in vera.get(PAGE).text
    assert len(rows_of(stand, Event.DATA_CONFIRMED)) == 1


def test_same_form_twice_is_one_request_and_another_change_takes_its_place(stand: Stand, vera: Browser) -> None:
    typed = {**typed_now(vera), "family_name": "Лютикова"}
    for _ in range(2):
        assert send(vera, PAGE, **typed).status_code == 303
    first = open_request(vera)
    assert edited(vera, family_name="Астрова").status_code == 303
    second = open_request(vera)
    assert first != second
    assert Desk(vera).state_of(first) == "отозвано"
    assert edited(vera, family_name="Ромашкина").status_code == 303
    assert "проверяет сотрудник" not in vera.get(PAGE).text


def test_live_check_names_what_is_wrong_with_one_field(vera: Browser) -> None:
    assert send(vera, f"{PAGE}/check", field="inn", value="1").json == {
        "error": "ИНН состоит из 12 цифр, без пробелов и других знаков."
    }
    assert send(vera, f"{PAGE}/check", field="snils", value="1").status_code == 404


PROOF = {
    "product": "sputnik-light",
    "occurred_on": "2026-06-01",
    "lot": "УЧ-0999",
    "dose": "1",
    "organisation": "Поликлиника № 0, г. Выдуманск",
    "certificate": "9120000012345678",
    "comment": "",
}


def prove(stand: Stand, browser: Browser, **values: str) -> TestResponse:
    """Ask for a dose with a paper, and have Olga grant it: her answer."""
    assert upload(browser, f"{PAGE}/vaccination", files.pdf(), "сертификат.pdf", **PROOF | values).status_code == 303
    path = re.findall(r'id="proof">.*?href="(/requests/[^"]+)"', browser.get(PAGE).text, re.DOTALL)[0]
    olga = desk_of(stand, OLGA)
    shown = olga.open(f"/staff{path}").text
    assert values.get("lot", "УЧ-0999") in shown
    return olga.press(shown, "decision-form", "decision=grant", answer="Сверено с документом.")


def test_r083_one_dose_vaccine_has_one_dose_and_is_complete(stand: Stand) -> None:
    maya = desk_of(stand, MAYA).browser
    assert "завершено" not in maya.get(PAGE).text
    prove(stand, maya, product="sputnik-light")
    course = maya.get(PAGE).text.partition('id="vaccination"')[2]
    assert course.count("<tr>") == 2  # the head, and one dose
    for shown in ("1 из 1", "01.06.2026", "УЧ-0999", "завершено", "ещё не выдан"):
        assert shown in course


def test_r084_missing_dose_is_proved_by_a_file_and_becomes_a_record_when_it_is_granted(stand: Stand, vera: Browser) -> None:
    assert prove(stand, vera).status_code == 303
    course = vera.get(PAGE).text
    assert "01.06.2026" in course
    assert "УЧ-0999" in course
    assert "Подтверждение прививки проверяет сотрудник." not in course


def test_r084_proof_without_a_file_or_with_another_one_is_refused_and_keeps_what_was_typed(vera: Browser) -> None:
    for content, name in ((b"", ""), (files.PNG, "scan.png"), (b"", "empty.pdf")):
        answer = upload(vera, f"{PAGE}/vaccination", content, name, **PROOF)
        assert answer.status_code == 422
        assert "PDF или JPG" in errors_of(answer.text)["file"]
        assert answer.text.count("Проверьте, что вы ввели") == 1
        assert inputs_of(answer.text)["lot"]["value"] == "УЧ-0999"
    assert 'id="proof"' not in vera.get(PAGE).text


def test_r084_dose_that_is_known_already_is_not_entered_twice(stand: Stand, vera: Browser) -> None:
    answer = prove(stand, vera, occurred_on="2026-03-11", lot="УЧ-0417", dose="2")
    assert answer.status_code == 409
    assert "Эта прививка уже есть в регистре." in answer.text


def test_who_is_not_in_the_register_is_led_to_the_form(stand: Stand) -> None:
    browser = desk_of(stand, OUTSIDER).browser
    page = browser.get(PAGE).text
    assert 'href="/linking"' in page
    assert send(browser, PAGE).headers["Location"] == PAGE
    assert browser.get(f"{PAGE}/vaccination").headers["Location"] == PAGE


def test_whom_the_register_knows_without_a_record_reads_how_one_comes_there(stand: Stand, vera: Browser) -> None:
    assert 'id="no-records"' not in vera.get("/").text
    page = desk_of(stand, MAYA).open("/").text
    assert 'id="no-records"' in page
    assert 'href="/confirmation/vaccination"' in page
