"""Finding a patient: by whatever number they have, or by name; nothing typed is more than a parameter."""

import re

import pytest
from werkzeug.test import TestResponse

from tests.rp.conftest import Browser, Stand
from tests.rp.staff.people import (
    ANTON,
    DOCTOR,
    LABORANT,
    REGISTRAR,
    VERA,
    at_work,
    field_error,
    fields_in_error,
    journal,
    patient_id,
)

NAME = {"family_name": "Ромашкина", "given_name": "Вера", "birth_date": "1984-02-14"}


@pytest.mark.parametrize(
    ("sent", "by"),
    [
        ({"number": "00000001700"}, "snils"),
        ({"number": "000-000-017 00"}, "snils"),
        ({"number": "000000001773"}, "inn"),
        ({"number": "0000000000000174"}, "policy+number"),
        ({"number": "0000000000000017"}, "number"),
        (NAME, "name"),
        ({**NAME, "family_name": "ромашкина"}, "name"),
    ],
)
def test_a_patient_is_found_by_every_number_and_by_name(stand: Stand, sent: dict[str, str], by: str) -> None:
    desk, vera = at_work(stand), patient_id(stand, VERA)
    answer = desk.send("/staff", **sent)
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/staff/patients/{vera}"
    page = desk.get(answer.headers["Location"]).text
    assert "<h1>Ромашкина Вера Тимофеевна</h1>" in page
    assert journal(stand, "patient_searched")[-1][1:] == (f"patient:{vera}", "done")
    assert journal(stand, "records_read")[-1][1] == f"patient:{vera}"


@pytest.mark.parametrize(
    "sent",
    [
        {"number": "000-000-099 00"},
        {"number": "9990000000000001"},
        {**NAME, "birth_date": "1984-02-15"},
        {**NAME, "given_name": "Верка"},
    ],
)
def test_who_is_not_there_is_not_found(stand: Stand, sent: dict[str, str]) -> None:
    answer = at_work(stand).send("/staff", **sent)
    assert answer.status_code == 200
    assert "Никого не нашли." in answer.text
    assert journal(stand, "patient_searched")[-1][1] == "nobody"


def test_a_search_for_nothing_is_refused(stand: Stand) -> None:
    page = at_work(stand).send("/staff")
    assert page.status_code == 422
    assert field_error(page.text, "number") == "Введите номер или фамилию, имя и дату рождения."


def test_half_a_name_says_what_is_missing(stand: Stand) -> None:
    page = at_work(stand).send("/staff", family_name="Ромашкина")
    assert page.status_code == 422
    assert fields_in_error(page.text) == {"given_name", "birth_date"}
    assert 'value="Ромашкина"' in page.text


ODD = ("%", "_", "'", "' OR '1'='1", '"; DROP TABLE patients; --', "*", "\\", "{{7*7}}", "Р%", "Р" * 10_000, "\x00", "a\nb")


@pytest.mark.parametrize("name", ["number", "family_name", "given_name", "birth_date"])
def test_rg_23_what_is_typed_is_never_more_than_a_value(stand: Stand, name: str) -> None:
    desk = at_work(stand)
    for text in ODD:
        answer = desk.send("/staff", **{**NAME, name: text})
        assert answer.status_code in (200, 422), text
        assert "Ромашкина Вера Тимофеевна" not in answer.text
        assert "49" not in re.findall(r'value="([^"]*)"', answer.text)


@pytest.mark.parametrize("query", ["?sort=1;DROP TABLE patients", "?order=desc--", "?page=-1", "?limit=1e9"])
def test_rg_23_parameters_that_the_search_does_not_have_change_nothing(stand: Stand, query: str) -> None:
    desk = at_work(stand)
    forms = re.compile(r'<form method="post" action="/staff".*?</form>', re.S)
    plain, asked = (forms.search(desk.get(path).text) for path in ("/staff", f"/staff{query}"))
    assert plain
    assert asked
    assert plain[0] == asked[0]


def test_what_was_searched_is_not_in_the_journal(stand: Stand) -> None:
    at_work(stand).send("/staff", number="000-000-017 00")
    at_work(stand).send("/staff", **NAME)
    raw = b"".join(path.read_bytes() for path in stand.home.variable.glob("rp.*"))
    assert "Ромашкина".encode() not in raw
    assert b"00000001700" not in raw


@pytest.mark.parametrize("path", ["/staff", "/staff/patients/x", "/staff/records/x", "/staff/patients/new/vaccination"])
def test_r135_work_needs_a_role_and_two_proofs(stand: Stand, path: str) -> None:
    stranger = stand.browser()
    assert stranger.get(path).status_code == 302
    stranger.sign_in()
    refused = stranger.get(path)
    assert refused.status_code == 403
    assert "Недостаточно прав" in refused.text


def test_r135_one_proof_is_not_enough_for_work(make_stand: object) -> None:
    """Also where the registry lets citizens in by one."""
    stand: Stand = make_stand(required_acr="low")  # type: ignore[operator]
    stand.provider.person, stand.provider.acr = dict(DOCTOR), "low"
    browser = stand.browser()
    browser.sign_in("/")
    assert browser.get("/").status_code == 200
    step_up = browser.get("/staff")
    assert step_up.status_code == 302
    assert "acr_values=substantial" in step_up.headers["Location"]


def test_who_works_nowhere_any_more_is_no_staff(stand: Stand) -> None:
    """The provider does not vouch for the organisation: our own row alone opens nothing."""
    person = {**DOCTOR, "organisations": []}
    assert at_work(stand, person).get("/staff").status_code == 403


def menu(answer: TestResponse) -> list[str]:
    return re.findall(r'<section class="card" id="(\w+)"', answer.text)


def test_each_role_sees_and_writes_what_the_policy_gives_it(stand: Stand) -> None:
    path = f"/staff/patients/{patient_id(stand, VERA)}"
    everything = ["vaccination", "laboratory_test", "disease_case", "preventive_measure"]
    for person, seen in ((DOCTOR, everything), (LABORANT, ["laboratory_test"]), (REGISTRAR, everything)):
        answer = at_work(stand, person).get(path)
        assert menu(answer) == seen
        assert re.findall(r'id="new-(\w+)"', answer.text) == seen


def test_a_laboratory_is_shown_no_other_record_than_tests(stand: Stand) -> None:
    doctor, laborant = at_work(stand), at_work(stand, LABORANT)
    page = doctor.get(f"/staff/patients/{patient_id(stand, VERA)}").text
    paths = {title: path for path, title in re.findall(r'href="(/staff/records/[^"]+)">([^<]+)<', page)}
    hidden = [path for title, path in paths.items() if not title.startswith(("ПЦР", "Антитела"))]
    assert len(hidden) == 4
    answers = [laborant.get(path) for path in (*hidden, "/staff/records/unknown", f"/staff/records/{'a' * 5000}")]
    assert {answer.status_code for answer in answers} == {404}
    changing = r"ТН-\d{8}-[0-9a-f]{6}|[?&]lang=..|href=\"/staff/records/[^\"]+\""
    assert len({re.sub(changing, "", answer.text) for answer in answers}) == 1
    assert [outcome for _, object, outcome in journal(stand, "record_read") if object != "record:none"][-4:] == ["refused"] * 4
    assert laborant.get(paths["ПЦР: обнаружено"]).status_code == 200
    assert laborant.get(f"/staff/patients/{patient_id(stand, VERA)}/new/vaccination").status_code == 404


def test_somebody_with_two_workplaces_chooses_one(browser: Browser) -> None:
    from rp.organisations.directory import NewOrganisation, enter_organisation

    stand = browser.stand
    centre = NewOrganisation(
        kind="medical",
        name="АНО «Центр учебных прививок»",
        ogrn="1000000000186",
        region="78",
        staff=((ANTON.replace("-", "").replace(" ", ""), "doctor", "Васильков Антон Сергеевич"),),
    )
    with stand.realm.database.write() as connection:
        enter_organisation(connection, stand.realm, centre)
    both = [*DOCTOR["organisations"], {"ogrn": "1000000000186", "name": centre.name, "position": "врач"}]
    desk = at_work(stand, {**DOCTOR, "organisations": both})
    page = desk.get("/staff").text
    now = re.search(r'id="place">.*?<p>(.*?)<br>', page, re.S)
    other = re.search(r'name="workplace" value="([^"]+)">Перейти: (.*?)<', page)
    assert now
    assert other
    assert now[1] != other[2]
    assert desk.send("/staff/workplace", "/staff", workplace=other[1]).status_code == 303
    assert f"<p>{other[2]}<br>" in desk.get("/staff").text
    assert desk.send("/staff/workplace", "/staff", workplace="somebody-elses").status_code == 400
