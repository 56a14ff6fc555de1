"""Writing records: what each type asks, what it refuses, and where what was written is seen."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from rp.patients.directory import find_by_snils
from rp.patients.models import PatientRow
from rp.records.models import RecordRow
from rp.records.numbers import find_by_number, issue_number
from rp.records.store import records_of
from tests.rp.conftest import Stand
from tests.rp.staff.people import (
    ANTON,
    LABORANT,
    MAYA,
    PYOTR,
    VERA,
    Desk,
    at_work,
    field_error,
    fields_in_error,
    journal,
    patient_id,
)

DOSE = {"product": "gam-covid-vac", "occurred_on": "2026-10-01", "lot": "УЧ-0500", "dose": "1"}
PCR = {"test": "94500-6", "occurred_on": "2026-11-02", "result": "260373001"}
CASE = {"diagnosis": "U07.1", "occurred_on": "2026-11-01", "severity": "255604002"}
IGG = {"test": "94505-5", "unit": "BAU/мл", "limit": "10"}
NEWCOMER = {
    "family_name": "Лютикова",
    "given_name": "Нина",
    "birth_date": "1990-05-05",
    "gender": "female",
    "snils": "000-000-077 00",
}


@pytest.fixture
def stand(both_stands: Stand) -> Stand:
    return both_stands


def count(stand: Stand) -> tuple[int, int]:
    """How many people and records there are."""
    with stand.realm.database.read() as connection:
        people = connection.execute(select(func.count()).select_from(PatientRow)).scalar_one()
        return people, connection.execute(select(func.count()).select_from(RecordRow)).scalar_one()


def cabinet(stand: Stand, **person: str) -> str:
    stand.provider.person = person
    browser = stand.browser()
    browser.sign_in()
    return browser.get("/").text


def maya(stand: Stand) -> str:
    return cabinet(stand, sub="subject-maya", given_name="Майя", birthdate="1999-09-09", snils=MAYA)


def test_r004_a_positive_pcr_opens_a_case_with_a_register_number(stand: Stand) -> None:
    desk, patient = at_work(stand), patient_id(stand, MAYA)
    test = desk.entered(patient, "laboratory_test", **PCR)
    case = desk.entered(patient, "disease_case", pcr=test, **CASE)
    page = desk.get(f"/staff/records/{case}").text
    number = re.search(r"<dt>УНРЗ</dt><dd>(\d{16})</dd>", page)
    assert number
    assert f"УНРЗ {number[1]}" in maya(stand)
    answer = desk.send("/staff", number=number[1])
    assert answer.headers["Location"] == f"/staff/patients/{patient}"


def test_r004_a_positive_pcr_leads_to_the_case_and_a_negative_one_does_not(stand: Stand) -> None:
    desk, patient = at_work(stand), patient_id(stand, MAYA)
    assert 'id="no-proof"' in desk.get(f"/staff/patients/{patient}/new/disease_case").text
    negative = desk.entered(patient, "laboratory_test", **{**PCR, "result": "260415000"})
    assert 'id="next"' not in desk.get(f"/staff/records/{negative}").text
    positive = desk.entered(patient, "laboratory_test", **{**PCR, "occurred_on": "2026-11-03"})
    path = re.search(r'id="next" href="([^"]+)"', desk.get(f"/staff/records/{positive}").text)
    assert path
    form = desk.get(path[1]).text
    assert f'value="{positive}" selected' in form
    assert 'id="no-proof"' not in form
    desk.entered(patient, "disease_case", pcr=positive, **CASE)
    assert 'id="next"' not in desk.get(f"/staff/records/{positive}").text
    assert 'id="next"' not in at_work(stand, LABORANT).get(f"/staff/records/{positive}").text


@pytest.mark.parametrize(
    "test",
    [
        {**PCR, "result": "260415000"},
        {**PCR, "result": "419984006"},
        {**PCR, "test": "94558-4"},
        {**IGG, "occurred_on": "2026-11-02", "value": "133"},
    ],
    ids=["negative", "inconclusive", "antigen", "antibodies"],
)
def test_r004_any_other_test_opens_no_case(stand: Stand, test: dict[str, str]) -> None:
    desk, patient = at_work(stand), patient_id(stand, MAYA)
    test_id = desk.entered(patient, "laboratory_test", **test)
    before = count(stand)
    answer = desk.enter(patient, "disease_case", pcr=test_id, **CASE)
    assert answer.status_code == 422
    assert fields_in_error(answer.text) == {"pcr"}
    assert count(stand) == before


def test_r004_somebody_elses_test_or_none_opens_no_case(stand: Stand) -> None:
    desk, patient = at_work(stand), patient_id(stand, MAYA)
    theirs = desk.entered(patient_id(stand, PYOTR), "laboratory_test", **PCR)
    before = count(stand)
    for pcr in (theirs, "", "kept"):
        answer = desk.enter(patient, "disease_case", pcr=pcr, **CASE)
        assert answer.status_code == 422
        assert fields_in_error(answer.text) == {"pcr"}
    assert count(stand) == before


def test_r004_one_test_opens_one_case(stand: Stand) -> None:
    desk, patient = at_work(stand), patient_id(stand, MAYA)
    test = desk.entered(patient, "laboratory_test", **PCR)
    desk.entered(patient, "disease_case", pcr=test, **CASE)
    again = desk.enter(patient, "disease_case", pcr=test, **CASE)
    assert again.status_code == 422
    assert field_error(again.text, "pcr") == "По этому тесту случай уже открыт"


def test_r004_register_numbers_are_given_out_once(stand: Stand) -> None:
    def issue(_number: int) -> str:
        try:
            with stand.realm.database.write() as connection:
                return issue_number(connection, stand.realm)
        finally:
            stand.realm.database.release()

    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(issue, range(40)))
    assert len(set(numbers)) == 40
    assert all(re.fullmatch(r"926\d{13}", number) for number in numbers)


def test_a_number_that_another_register_told_is_not_given_out_again(stand: Stand) -> None:
    desk, patient = at_work(stand), patient_id(stand, MAYA)
    test = desk.entered(patient, "laboratory_test", **PCR)
    case = desk.entered(patient, "disease_case", pcr=test, **CASE)
    with stand.realm.database.read() as connection:
        number = next(r.content["number"] for r in records_of(connection, stand.realm, patient) if r.id == case)
        assert find_by_number(connection, stand.realm, number) == (case, patient)
        assert find_by_number(connection, stand.realm, "0000000000000017") is not None


def test_r005_a_dose_is_kept_with_vaccine_day_and_lot_and_shown(stand: Stand) -> None:
    desk, patient = at_work(stand), patient_id(stand, MAYA)
    record = desk.entered(patient, "vaccination", **DOSE)
    page = desk.get(f"/staff/records/{record}").text
    for text in ("1 октября 2026", "Гам-КОВИД-Вак (Спутник V)", "УЧ-0500", "1 из 2", "CVX 505", "АТХ J07BN02"):
        assert text in page
    own = maya(stand)
    assert "вакцина «Гам-КОВИД-Вак (Спутник V)», серия УЧ-0500 · ООО «Учебная поликлиника», г. Выдуманск" in own


@pytest.mark.parametrize("name", ["product", "occurred_on", "lot"])
def test_r005_a_dose_without_one_of_them_is_refused_and_nothing_typed_is_lost(stand: Stand, name: str) -> None:
    desk, before = at_work(stand), count(stand)
    answer = desk.enter(patient_id(stand, MAYA), "vaccination", **{**DOSE, name: ""})
    assert answer.status_code == 422
    assert fields_in_error(answer.text) == {name}
    for other, text in DOSE.items():
        kept = f'value="{text}" selected' if other == "product" else f'value="{text}"'
        assert (kept in answer.text) is (other != name)
    assert count(stand) == before


def test_r005_a_dose_of_tomorrow_is_refused(stand: Stand) -> None:
    answer = at_work(stand).enter(patient_id(stand, MAYA), "vaccination", **{**DOSE, "occurred_on": "2026-11-23"})
    assert answer.status_code == 422
    assert field_error(answer.text, "occurred_on") == "Эта дата ещё не наступила."


def test_r006_antigen_tests_stand_in_the_history_with_method_day_and_result(stand: Stand) -> None:
    desk, patient = at_work(stand, LABORANT), patient_id(stand, MAYA)
    for day, result in (("2026-11-04", "260373001"), ("2026-11-18", "260415000")):
        desk.entered(patient, "laboratory_test", test="94558-4", occurred_on=day, result=result)
    maya(stand)
    browser = stand.browser()
    browser.sign_in()
    page = browser.get("/history?type=laboratory_test").text
    assert re.search(r"Экспресс-тест на антиген: не обнаружено</a></h3><p><time datetime=\"2026-11-18\">", page)
    assert re.search(r"Экспресс-тест на антиген: обнаружено</a></h3><p><time datetime=\"2026-11-04\">", page)
    assert "ООО «Учебная лаборатория», г. Выдуманск" in page


def test_r007_antibodies_are_shown_by_day_with_unit_and_change(stand: Stand) -> None:
    desk, patient = at_work(stand, LABORANT), patient_id(stand, MAYA)
    for day, value in (("2026-09-01", "42,5"), ("2026-07-01", "10"), ("2026-11-01", "133")):
        desk.entered(patient, "laboratory_test", occurred_on=day, value=value, **IGG)
    for page in (maya(stand), at_work(stand, LABORANT).get(f"/staff/patients/{patient}").text):
        assert "Антитела IgG растут" in page
        assert "BAU/мл" in page
        table = page[page.index("Те же числа") :]
        rows = re.findall(r'datetime="([^"]+)">.*?class="figure">([^<]+)</td><td class="figure">([^<]+)<', table)
        assert rows[:3] == [("2026-11-01", "133", "+90,5"), ("2026-09-01", "42,5", "+32,5"), ("2026-07-01", "10", "—")]


def test_r007_values_are_observations_with_a_quantity(stand: Stand) -> None:
    from rp.records.catalogue import BY_NAME

    desk, patient = at_work(stand, LABORANT), patient_id(stand, MAYA)
    desk.entered(patient, "laboratory_test", occurred_on="2026-09-01", value="<42,5", **IGG)
    with stand.realm.database.read() as connection:
        record = records_of(connection, stand.realm, patient)[0]
    resource = BY_NAME["laboratory_test"].as_resource(record)
    assert resource["valueQuantity"] == {
        "value": 42.5,
        "comparator": "<",
        "unit": "BAU/мл",
        "system": "http://unitsofmeasure.org",
        "code": "{BAU}/mL",
    }
    assert resource["referenceRange"] == [{"low": {"value": 10, "unit": "BAU/мл"}}]


def test_r156_a_second_press_makes_no_second_record(stand: Stand) -> None:
    desk, patient = at_work(stand), patient_id(stand, MAYA)
    first = desk.entered(patient, "vaccination", **DOSE)
    before = count(stand)
    again = desk.enter(patient, "vaccination", **DOSE)
    assert again.status_code == 409
    assert "Такая запись уже есть" in again.text
    assert f'href="/staff/records/{first}"' in again.text
    assert count(stand) == before


def press_at_once(stand: Stand, desk: Desk, path: str, fields: dict[str, str]) -> list[int]:
    """Send one form eight times at once, from one browser."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', desk.get(path).text)
    cookies = [desk.browser.client.get_cookie(name) for name in ("rp_session", "rp_browser")]
    assert token

    def press(_number: int) -> int:
        client = stand.app().test_client()
        for cookie in cookies:
            assert cookie is not None
            client.set_cookie(cookie.key, cookie.value)
        try:
            return client.post(path, data={"csrf_token": token[1], **fields}).status_code
        finally:
            stand.realm.database.release()

    with ThreadPoolExecutor(8) as pool:
        return sorted(pool.map(press, range(8)))


def test_r156_eight_presses_at_once_make_one_record(stand: Stand) -> None:
    desk, patient, before = at_work(stand), patient_id(stand, MAYA), count(stand)
    statuses = press_at_once(stand, desk, f"/staff/patients/{patient}/new/vaccination", DOSE)
    assert statuses == [303, *[409] * 7]
    assert count(stand) == (before[0], before[1] + 1)


def test_r156_eight_presses_at_once_register_one_person(stand: Stand) -> None:
    desk, before = at_work(stand), count(stand)
    statuses = press_at_once(stand, desk, "/staff/patients/new/laboratory_test", {**NEWCOMER, **PCR})
    assert statuses == [303, *[409] * 7]
    assert count(stand) == (before[0] + 1, before[1] + 1)


def test_r004_eight_presses_at_once_open_one_case(stand: Stand) -> None:
    desk, patient = at_work(stand), patient_id(stand, MAYA)
    test = desk.entered(patient, "laboratory_test", **PCR)
    before = count(stand)
    statuses = press_at_once(stand, desk, f"/staff/patients/{patient}/new/disease_case", {"pcr": test, **CASE})
    assert statuses == [303, *[422] * 7]
    assert count(stand) == (before[0], before[1] + 1)


def test_nobody_writes_records_of_their_own(stand: Stand) -> None:
    desk, own = at_work(stand), patient_id(stand, ANTON)
    page = desk.get(f"/staff/patients/{own}").text
    assert 'id="own"' in page
    assert 'id="new-' not in page
    assert desk.get(f"/staff/patients/{own}/new/vaccination").status_code == 404
    path = re.findall(r'href="(/staff/records/[^"]+)"', page)[0]
    assert 'id="correct"' not in desk.get(path).text
    assert desk.get(f"{path}/correct").status_code == 404


def test_rg_04_fields_that_the_form_does_not_have_are_ignored(stand: Stand) -> None:
    desk, patient = at_work(stand), patient_id(stand, MAYA)
    extra = {
        "owner_id": patient_id(stand, VERA),
        "patient_id": patient_id(stand, VERA),
        "organisation": "Чужая",
        "organisation_id": "x",
        "author": "operator",
        "created_by": "x",
        "verified": "1",
        "source": "x",
        "version": "9",
        "number": "1",
        "series": "1",
    }
    record = desk.entered(patient, "vaccination", **DOSE, **extra)
    with stand.realm.database.read() as connection:
        found = records_of(connection, stand.realm, patient)[0]
    assert found.id == record
    assert found.author.startswith("staff:")
    assert found.organisation == found.source == "ООО «Учебная поликлиника», г. Выдуманск"
    assert (found.version, found.content["series"]) == (1, 2)


def test_what_was_written_stands_in_the_journal_before_it_is_seen(stand: Stand) -> None:
    desk = at_work(stand)
    record = desk.entered(patient_id(stand, MAYA), "vaccination", **DOSE)
    actor, object, outcome = journal(stand, "record_written")[-1]
    assert actor.startswith("staff:")
    assert (object, outcome) == (f"record:{record}", "done")
    desk.get(f"/staff/records/{record}")
    assert journal(stand, "record_read")[-1] == (actor, object, "done")


def newcomer(desk: Desk, type_name: str, **fields: str) -> tuple[int, str, str]:
    answer = desk.send(f"/staff/patients/new/{type_name}", **fields)
    return answer.status_code, answer.headers.get("Location", ""), answer.text


def test_somebody_new_comes_into_the_register_with_a_first_record(stand: Stand) -> None:
    desk, before = at_work(stand), count(stand)
    status, location, _text = newcomer(desk, "laboratory_test", **NEWCOMER, **PCR)
    assert status == 303
    assert "ПЦР: обнаружено" in desk.get(location).text
    assert count(stand) == (before[0] + 1, before[1] + 1)
    with stand.realm.database.read() as connection:
        found = find_by_snils(connection, stand.realm, NEWCOMER["snils"])
    assert found
    assert (found.person.full_name, found.person.region) == ("Лютикова Нина", "77")
    assert journal(stand, "patient_registered")[-1][1] == f"patient:{found.id}"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"occurred_on": "2026-11-23"}, "occurred_on"),
        ({"result": ""}, "result"),
        ({"snils": "112-233-445 96"}, "snils"),
        ({"birth_date": "2026-11-23"}, "birth_date"),
        ({"family_name": "Лютикова1"}, "family_name"),
    ],
)
def test_nobody_comes_into_the_register_without_a_right_record(stand: Stand, changes: dict[str, str], field: str) -> None:
    desk, before = at_work(stand), count(stand)
    status, _location, text = newcomer(desk, "laboratory_test", **{**NEWCOMER, **PCR, **changes})
    assert status == 422
    assert field in fields_in_error(text)
    assert 'value="Нина"' in text
    assert count(stand) == before


def test_r004_nobody_comes_into_the_register_by_a_case_alone(stand: Stand) -> None:
    desk = at_work(stand)
    assert 'id="newcomer-disease_case"' not in desk.get("/staff").text
    assert desk.get("/staff/patients/new/disease_case").status_code == 404


def test_somebody_known_is_not_entered_twice(stand: Stand) -> None:
    desk, before = at_work(stand), count(stand)
    status, _location, text = newcomer(desk, "laboratory_test", **{**NEWCOMER, **PCR, "snils": VERA})
    assert status == 409
    assert f'href="/staff/patients/{patient_id(stand, VERA)}"' in text
    assert "Ромашкина" not in text
    assert count(stand) == before


def test_antibodies_stay_a_curve_when_one_value_comes_in_another_unit(stand: Stand) -> None:
    desk, patient = at_work(stand), patient_id(stand, MAYA)
    for day, value in (("2026-09-01", "310"), ("2026-10-01", "<10"), ("2026-10-15", "133")):
        desk.entered(patient, "laboratory_test", **IGG, occurred_on=day, value=value)
    desk.entered(patient, "laboratory_test", **{**IGG, "unit": "усл. ед./мл"}, occurred_on="2026-11-01", value="3")
    page = desk.get(f"/staff/patients/{patient}").text
    assert "Первое значение 310 (1 сентября 2026), наибольшее 310 (1 сентября 2026), последнее 133" in page


def test_a_period_that_ends_in_another_year_says_which(stand: Stand) -> None:
    desk, patient = at_work(stand), patient_id(stand, MAYA)
    measure = {"measure": "isolation", "reason": "Z29.0", "occurred_on": "2026-11-20"}
    desk.entered(patient, "preventive_measure", **measure, ended_on="2027-01-10")
    assert "20 ноября – 10 января 2027" in desk.get(f"/staff/patients/{patient}").text


def test_a_newcomer_is_told_of_everything_that_is_missing_in_one_place(stand: Stand) -> None:
    page = at_work(stand).send("/staff/patients/new/vaccination").text
    assert page.count('id="errors"') == 1
    for sentence in (
        "Заполните поле «Фамилия».",
        "Заполните поле «СНИЛС».",
        "Выберите, что стоит в поле «Вакцина».",
        "Введите дату.",
    ):
        assert f">{sentence}</a>" in page


def test_a_number_beside_a_pcr_is_to_be_left_out(stand: Stand) -> None:
    desk, patient = at_work(stand), patient_id(stand, MAYA)
    page = desk.enter(patient, "laboratory_test", **PCR, value="5").text
    assert field_error(page, "value") == "Число пишут только для уровня антител. Оставьте это поле пустым."


def test_units_numbers_and_code_systems_speak_the_language_of_the_page(stand: Stand) -> None:
    desk, patient = at_work(stand), patient_id(stand, MAYA)
    test = desk.entered(patient, "laboratory_test", **IGG, occurred_on="2026-10-01", value="42,5")
    dose = desk.entered(patient, "vaccination", **DOSE)
    assert "Антитела IgG: 42,5 BAU/мл" in desk.get(f"/staff/records/{test}").text
    assert "IgG antibodies: 42.5 BAU/mL" in desk.get(f"/staff/records/{test}?lang=en").text
    assert "ATC J07BN02" in desk.get(f"/staff/records/{dose}?lang=en").text
