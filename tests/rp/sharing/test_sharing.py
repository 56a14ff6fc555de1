"""«Доступ»: what a person keeps from insurers, and which partner may read who they are."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from rp.access.events import Event
from rp.organisations.directory import organisations_of_kinds
from rp.patients.confirmation import confirm_data
from rp.patients.directory import find_patient
from tests.rp.api.systems import VERA, System, id_of
from tests.rp.conftest import Browser, Stand
from tests.rp.fake_provider import STRANGER
from tests.rp.pages import form_of, press, rows_of

TYPES = {"vaccination", "laboratory_test", "disease_case", "preventive_measure"}


@pytest.fixture
def stand(both_stands: Stand) -> Stand:
    return both_stands


@pytest.fixture
def vera(stand: Stand) -> Browser:
    browser = stand.browser()
    browser.sign_in()
    return browser


def change(browser: Browser, *shown: str) -> None:
    """Tick these groups and no other."""
    form = form_of(browser, "/sharing", "insurers-form")
    ticks = {f"shown-{group}": "1" for group in shown}
    data = {name: value for name, value in form.values.items() if not name.startswith("shown-")} | ticks
    assert browser.client.post("/sharing/insurers", data=data).status_code == 303


def organisation_of(stand: Stand, kind: str) -> str:
    with stand.realm.database.read() as connection:
        (found,) = organisations_of_kinds(connection, (kind,))
    return found.id


def confirm(stand: Stand, patient_id: str) -> None:
    """The patient says under «Мои данные» that they are right."""
    with stand.realm.database.write() as connection:
        patient = find_patient(connection, stand.realm, patient_id)
        assert patient is not None
        confirm_data(connection, stand.realm, patient, document_kind="passport", document_number="0000 000017")


def seen_by(stand: Stand, client_id: str) -> list[dict[str, Any]]:
    system = System(stand, client_id)
    found: list[dict[str, Any]] = system.get(f"/patients/{id_of(stand, VERA)}/records").get_json()["records"]
    return found


def is_antibodies(record: dict[str, Any]) -> bool:
    return record["type"] == "laboratory_test" and "quantity" in record


def test_r158_what_is_hidden_no_insurer_gets_and_the_doctor_still_does(stand: Stand, vera: Browser) -> None:
    assert any(map(is_antibodies, seen_by(stand, "insurer")))
    change(vera, "vaccinations", "tests", "cases", "measures")
    seen = seen_by(stand, "insurer")
    assert not any(map(is_antibodies, seen))
    assert {record["type"] for record in seen} == TYPES
    assert any(map(is_antibodies, seen_by(stand, "clinic")))
    assert any(map(is_antibodies, seen_by(stand, "laboratory")))


@pytest.mark.parametrize(
    ("hidden", "type_name"), [("vaccinations", "vaccination"), ("cases", "disease_case"), ("measures", "preventive_measure")]
)
def test_r158_each_group_hides_its_records_and_no_other(stand: Stand, vera: Browser, hidden: str, type_name: str) -> None:
    change(vera, *({"vaccinations", "tests", "antibodies", "cases", "measures"} - {hidden}))
    assert {record["type"] for record in seen_by(stand, "insurer")} == TYPES - {type_name}


def test_r158_all_can_be_hidden_and_shown_again(stand: Stand, vera: Browser) -> None:
    change(vera)
    assert seen_by(stand, "insurer") == []
    change(vera, "vaccinations", "tests", "antibodies", "cases", "measures")
    assert len(seen_by(stand, "insurer")) == 11


def test_r158_a_change_is_written_down_and_no_change_is_not(stand: Stand, vera: Browser) -> None:
    change(vera, "vaccinations", "tests", "cases", "measures")
    change(vera, "vaccinations", "tests", "cases", "measures")
    change(vera, "vaccinations", "tests", "antibodies", "cases", "measures")
    rows = rows_of(stand, Event.SHARING_CHANGED)
    assert [(row.outcome, row.actor == row.object) for row in rows] == [("hidden", True), ("shown", True)]


def test_the_page_shows_what_holds(stand: Stand, vera: Browser) -> None:
    page = vera.get("/sharing").text
    assert "АО «Учебная страховая», г. Выдуманск" in page
    assert page.count(" checked>") == 5
    change(vera, "tests")
    assert vera.get("/sharing").text.count(" checked>") == 1


def test_the_doors_need_the_form_of_the_page(stand: Stand, vera: Browser) -> None:
    for path in ("/sharing/insurers", "/sharing/partners/x/give", "/sharing/partners/x/withdraw"):
        assert vera.client.post(path).status_code == 403
    assert not rows_of(stand, Event.SHARING_CHANGED)


def test_consent_is_given_to_partners_alone(stand: Stand, vera: Browser) -> None:
    token = form_of(vera, "/sharing", "insurers-form").values["csrf_token"]
    for organisation_id in ("x", "x" * 500, organisation_of(stand, "insurer")):
        answer = vera.client.post(f"/sharing/partners/{organisation_id}/give", data={"csrf_token": token})
        assert answer.status_code == 404
    assert not rows_of(stand, Event.CONSENT_GIVEN)


def test_of_eight_forms_at_once_one_is_news(stand: Stand, vera: Browser) -> None:
    partner_id, app = organisation_of(stand, "partner"), stand.app()
    cookies = [found for name in ("rp_session", "rp_browser") if (found := vera.client.get_cookie(name))]
    token = form_of(vera, "/sharing", "insurers-form").values["csrf_token"]
    together = Barrier(8)

    def send(path: str) -> int:
        client = app.test_client()
        for cookie in cookies:
            client.set_cookie(cookie.key, cookie.value)
        together.wait()
        return client.post(path, data={"csrf_token": token}).status_code

    paths = ["/sharing/insurers", f"/sharing/partners/{partner_id}/give"] * 4
    with ThreadPoolExecutor(8) as pool:
        statuses = [each.result() for each in [pool.submit(send, path) for path in paths]]
    assert statuses == [303] * 8
    assert len(rows_of(stand, Event.SHARING_CHANGED)) == 5
    assert len(rows_of(stand, Event.CONSENT_GIVEN)) == 1


def test_whoever_is_in_no_register_shares_nothing(stand: Stand) -> None:
    stand.provider.person = dict(STRANGER)
    browser = stand.browser()
    browser.sign_in()
    page = browser.get("/sharing")
    assert "Вас нет в регистре" in page.text
    assert "insurers-form" not in page.text


def test_r088_a_partner_reads_confirmed_data_by_consent_and_no_longer(stand: Stand, vera: Browser) -> None:
    partner, patient_id = System(stand, "partner"), id_of(stand, VERA)
    partner_id = organisation_of(stand, "partner")
    assert partner.find(VERA) is None
    assert partner.get(f"/patients/{patient_id}").status_code == 404
    press(vera, "/sharing", f"give-{partner_id}")
    assert partner.find(VERA) is None, "nothing is confirmed yet"
    confirm(stand, patient_id)
    assert partner.find(VERA) == patient_id
    told = partner.get(f"/patients/{patient_id}").get_json()
    assert (told["family_name"], told["snils"], told["birth_date"]) == ("Ромашкина", "00000001700", "1984-02-14")
    assert partner.get(f"/patients/{patient_id}/records").status_code == 403
    press(vera, "/sharing", f"withdraw-{partner_id}")
    assert partner.find(VERA) is None
    assert partner.get(f"/patients/{patient_id}").status_code == 404
    press(vera, "/sharing", f"give-{partner_id}")
    assert partner.find(VERA) == patient_id
    assert len(rows_of(stand, Event.CONSENT_GIVEN)) == 2
    assert len(rows_of(stand, Event.CONSENT_WITHDRAWN)) == 1
