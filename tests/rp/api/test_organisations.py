"""What the systems of a clinic, a laboratory and an insurer get, and what they do not."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from rp.access.events import Event
from tests.rp.api.systems import ANTON, DOSE, MAYA, NOBODY, PYOTR, VERA, System, id_of
from tests.rp.conftest import Stand
from tests.rp.pages import rows_of

CLINIC, LABORATORY, INSURER, PARTNER = "clinic", "laboratory", "insurer", "partner"
TEST = {"type": "laboratory_test", "test": "94500-6", "occurred_on": "2026-11-20", "result": "260415000"}


def test_r002_a_record_of_a_clinic_is_stored_and_the_citizen_sees_it(both_stands: Stand) -> None:
    clinic = System(both_stands, CLINIC)
    answer = clinic.post(f"/patients/{clinic.find(VERA)}/records", DOSE)
    assert answer.status_code == 201, answer.text
    record = answer.get_json()
    assert (record["type"], record["lot"], record["dose"], record["version"]) == ("vaccination", "УЧ-0500", 3, 1)
    assert record["organisation"] == "ООО «Учебная поликлиника», г. Выдуманск"
    both_stands.provider.spoil_introspection = lambda answer: answer
    browser = both_stands.browser()
    browser.sign_in()
    assert "УЧ-0500" in browser.get("/").text


def test_r002_an_insurer_stores_nothing(stand: Stand) -> None:
    patient_id = id_of(stand, VERA)
    answer = System(stand, INSURER).post(f"/patients/{patient_id}/records", DOSE)
    assert (answer.status_code, answer.get_json()["error"]) == (403, "access_denied")
    assert len(records(System(stand, CLINIC), patient_id)) == 11


@pytest.mark.parametrize("path", ["/patients", f"/patients/{NOBODY}", f"/patients/{NOBODY}/records"])
def test_r002_without_a_token_there_is_nothing(stand: Stand, path: str) -> None:
    client = stand.app().test_client()
    answers = [client.get(f"/api/v1{path}"), client.post(f"/api/v1/patients/{NOBODY}/records", json=DOSE)]
    for answer in answers:
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="registry"'


def test_r002_an_insurer_reads_of_those_whom_it_insures_only(stand: Stand) -> None:
    insurer = System(stand, INSURER)
    assert insurer.find(ANTON) is None
    insured = insurer.find(VERA)
    assert insured is not None
    assert len(records(insurer, insured)) == 11


def test_rg_03_another_insurers_patient_and_nobody_are_the_same_answer(stand: Stand) -> None:
    insurer, foreign = System(stand, INSURER), id_of(stand, ANTON)
    for path in ("/patients/{}", "/patients/{}/records"):
        known, unknown = (insurer.get(path.format(patient_id)) for patient_id in (foreign, NOBODY))
        assert known.status_code == unknown.status_code == 404
        assert known.data == unknown.data
        assert {name for name, _value in known.headers} == {name for name, _value in unknown.headers}


def test_a_clinic_is_told_that_there_is_nobody_of_an_id(stand: Stand) -> None:
    clinic = System(stand, CLINIC)
    for answer in (
        clinic.get(f"/patients/{NOBODY}"),
        clinic.get(f"/patients/{NOBODY}/records"),
        clinic.post(f"/patients/{NOBODY}/records", DOSE),
        clinic.get(f"/patients/{'x' * 300}/records"),
    ):
        assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")


def test_a_laboratory_has_to_do_with_tests_alone(stand: Stand) -> None:
    laboratory = System(stand, LABORATORY)
    patient_id = laboratory.find(VERA)
    assert patient_id is not None
    assert {record["type"] for record in records(laboratory, patient_id)} == {"laboratory_test"}
    assert laboratory.post(f"/patients/{patient_id}/records", TEST).status_code == 201
    answer = laboratory.post(f"/patients/{patient_id}/records", DOSE)
    assert (answer.status_code, answer.get_json()["error"]) == (403, "access_denied")


def test_a_system_needs_the_scope_of_what_it_does(stand: Stand) -> None:
    patient_id = id_of(stand, VERA)
    for scope, answer in (
        ("registry.write", System(stand, CLINIC, "registry.read").post(f"/patients/{patient_id}/records", DOSE)),
        ("registry.read", System(stand, CLINIC, "registry.write").get(f"/patients/{patient_id}/records")),
    ):
        assert (answer.status_code, answer.get_json()["error"]) == (403, "insufficient_scope")
        assert f'scope="{scope}"' in answer.headers["WWW-Authenticate"]


def test_a_system_of_no_organisation_is_nobody_here(stand: Stand) -> None:
    answer = System(stand, "somebody").get("/patients", query_string={"snils": VERA})
    assert (answer.status_code, answer.get_json()["error"]) == (403, "access_denied")


def test_a_system_has_no_records_of_its_own_and_a_citizens_token_finds_nobody(stand: Stand) -> None:
    assert System(stand, CLINIC).get("/me/records").status_code == 403
    stand.provider.spoil_introspection = lambda answer: answer
    headers = {"Authorization": f"Bearer {stand.provider.access_token()}"}
    answer = stand.app().test_client().get("/api/v1/patients", query_string={"snils": VERA}, headers=headers)
    assert (answer.status_code, answer.get_json()["error"]) == (403, "access_denied")


def test_r156_a_dose_that_is_known_is_a_409_whoever_tells_of_it(both_stands: Stand) -> None:
    clinic = System(both_stands, CLINIC)
    path = f"/patients/{clinic.find(MAYA)}/records"
    assert clinic.post(path, DOSE).status_code == 201
    answer = clinic.post(path, {**DOSE, "lot": "уч 0500"})
    assert (answer.status_code, answer.get_json()["code"]) == (409, "already_known")
    assert [record["id"] for record in clinic.get(path).get_json()["records"]] == [answer.get_json()["record"]]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"lot": None}, "lot"),
        ({"lot": ""}, "lot"),
        ({"lot": "x" * 300}, "lot"),
        ({"lot": ["УЧ-0500"]}, "lot"),
        ({"product": "aspirin"}, "product"),
        ({"product": None}, "product"),
        ({"occurred_on": "2026-11-23"}, "occurred_on"),
        ({"occurred_on": "20.11.26"}, "occurred_on"),
        ({"occurred_on": None}, "occurred_on"),
        ({"dose": 0}, "dose"),
        ({"dose": True}, "dose"),
        ({"dose": {"$gt": 0}}, "dose"),
        ({"type": "mood"}, "type"),
        ({"type": None}, "type"),
        ({"type": ["vaccination"]}, "type"),
    ],
)
def test_r005_a_wrong_value_is_a_422_that_names_the_field(stand: Stand, changed: dict[str, Any], field: str) -> None:
    clinic = System(stand, CLINIC)
    path = f"/patients/{clinic.find(MAYA)}/records"
    answer = clinic.post(path, {**DOSE, **changed})
    assert answer.status_code == 422, answer.text
    assert answer.mimetype == "application/problem+json"
    assert list(answer.get_json()["errors"]) == [field]
    assert answer.get_json()["errors"][field]
    assert clinic.get(path).get_json()["records"] == []


@pytest.mark.parametrize(
    "name",
    [
        "owner_id",
        "patient_id",
        "created_by",
        "author",
        "verified",
        "organisation",
        "organisation_id",
        "role",
        "id",
        "version",
        "source",
    ],
)
def test_rg_04_what_is_not_the_senders_to_say_is_refused_and_nothing_is_stored(stand: Stand, name: str) -> None:
    clinic = System(stand, CLINIC)
    path = f"/patients/{clinic.find(MAYA)}/records"
    answer = clinic.post(path, {**DOSE, name: id_of(stand, VERA)})
    assert (answer.status_code, answer.get_json()["code"]) == (400, "unknown_member")
    assert list(answer.get_json()["errors"]) == [name]
    assert clinic.get(path).get_json()["records"] == []


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"null", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (json.dumps(DOSE).encode(), "text/plain", 415),
        (json.dumps(DOSE).encode(), "application/x-www-form-urlencoded", 415),
        (b'{"type": "' + b"x" * 300_000 + b'"}', "application/json", 413),
    ],
)
def test_a_body_that_is_no_record_is_refused_in_json(stand: Stand, body: bytes, media_type: str, status: int) -> None:
    clinic = System(stand, CLINIC)
    answer = clinic.ask("POST", f"/patients/{clinic.find(MAYA)}/records", data=body, content_type=media_type)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize("query", [{}, {"snils": ""}, {"snils": "112-233-445 96"}, {"snils": "' OR 1=1 --"}, {"snils": "%"}])
def test_a_snils_that_is_none_is_a_422(stand: Stand, query: dict[str, str]) -> None:
    answer = System(stand, CLINIC).get("/patients", query_string=query)
    assert answer.status_code == 422
    assert list(answer.get_json()["errors"]) == ["snils"]


def test_r156_of_eight_who_send_one_dose_at_once_one_has_told_of_it(both_stands: Stand) -> None:
    clinic = System(both_stands, CLINIC)
    path = f"/api/v1/patients/{clinic.find(MAYA)}/records"
    app, headers = both_stands.app(), {"Authorization": f"Bearer {clinic.token()}"}
    together = Barrier(8)

    def send() -> int:
        together.wait()
        return app.test_client().post(path, json=DOSE, headers=headers).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = [each.result() for each in [pool.submit(send) for _ in range(8)]]
    assert sorted(statuses) == [201, *[409] * 7]
    assert len(clinic.get(path.removeprefix("/api/v1")).get_json()["records"]) == 1


def test_r004_a_case_needs_a_positive_pcr_of_the_patient(both_stands: Stand) -> None:
    clinic = System(both_stands, CLINIC)
    path = f"/patients/{clinic.find(MAYA)}/records"
    case = {"type": "disease_case", "diagnosis": "U07.1", "occurred_on": "2026-11-21"}
    tests = {"negative": TEST, "antigen": {**TEST, "test": "94558-4", "result": "260373001"}}
    for test in tests.values():
        refused = clinic.post(path, {**case, "pcr": clinic.post(path, test).get_json()["id"]})
        assert (refused.status_code, list(refused.get_json()["errors"])) == (422, ["pcr"])
    positive = clinic.post(path, {**TEST, "occurred_on": "2026-11-21", "result": "260373001"}).get_json()["id"]
    opened = clinic.post(path, {**case, "pcr": positive})
    assert opened.status_code == 201, opened.text
    assert len(opened.get_json()["number"]) == 16
    assert len(clinic.get(path).get_json()["records"]) == 4


def test_rg_19_nobody_writes_a_text_of_their_own_into_the_journal(stand: Stand) -> None:
    System(stand, CLINIC).get("/patients/%0A%1B[31m{{7*7}}/records")
    assert rows_of(stand, Event.API_READ)[-1].object == "patients"


def test_an_unknown_name_in_the_query_is_a_400(stand: Stand) -> None:
    answer = System(stand, CLINIC).get("/patients", query_string={"snils": VERA, "name": "x"})
    assert (answer.status_code, list(answer.get_json()["errors"])) == (400, ["name"])


def test_r159_every_read_and_every_try_of_a_system_is_written_down(stand: Stand) -> None:
    insurer, vera, anton = System(stand, INSURER), id_of(stand, VERA), id_of(stand, ANTON)
    insurer.get(f"/patients/{vera}")
    insurer.get(f"/patients/{vera}/records")
    insurer.get(f"/patients/{anton}/records")
    read = [
        (row.actor, row.object, row.outcome) for event in (Event.IDENTITY_READ, Event.API_READ) for row in rows_of(stand, event)
    ]
    assert read == [
        ("client:insurer", f"patient:{vera}", "done"),
        ("client:insurer", f"patient:{vera}", "done"),
        ("client:insurer", f"patient:{anton}", "refused"),
    ]


def test_rg_03_ids_cannot_be_counted(stand: Stand) -> None:
    clinic = System(stand, CLINIC)
    patients = [id_of(stand, snils) for snils in (VERA, PYOTR, MAYA, ANTON)]
    ids = [*patients, *(record["id"] for patient_id in patients for record in records(clinic, patient_id))]
    assert len(set(ids)) == len(ids)
    # Version 4: 122 random bits, in which two neighbours have no more in common than strangers.
    assert all(len(each) == 36 and each[14] == "4" for each in ids)
    assert len({each[:8] for each in ids}) == len(ids)


def records(system: System, patient_id: str) -> list[dict[str, Any]]:
    answer = system.get(f"/patients/{patient_id}/records")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.get_json()["records"]
    return found
