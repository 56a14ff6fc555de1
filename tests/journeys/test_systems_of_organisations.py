"""A clinic's system adds a dose by a token of its own, the person sees it and who asked, and hides it from the insurer."""

from typing import Any

import pytest
import requests

from tests.house import REGISTRY, VERA, House
from tests.journeys.test_tokens_of_systems import systems, token_of

API = f"{REGISTRY}/api/v1"
DOSE = {"type": "vaccination", "product": "gam-covid-vac", "occurred_on": "2026-11-01", "lot": "УЧ-0500", "dose": 3}

__all__ = ["systems"]


@pytest.fixture
def ask(house: House, systems: dict[str, str]) -> Any:
    """Calls the API as the system of that client id."""

    def call(client_id: str, method: str, path: str, **options: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {token_of(house, client_id, systems[client_id])}"}
        return house.http().request(method, f"{API}{path}", headers=headers, **options)

    return call


def test_r002_from_the_clinic_to_the_person_to_the_insurer(house: House, ask: Any) -> None:
    (found,) = ask("clinic", "GET", "/patients", params={"snils": VERA.snils}).json()["patients"]
    records = f"/patients/{found['id']}/records"
    assert ask("clinic", "POST", records, json=DOSE).status_code == 201
    assert ask("clinic", "POST", records, json=DOSE).status_code == 409
    assert ask("insurer", "POST", records, json=DOSE).status_code == 403
    assert "УЧ-0500" in {record.get("lot") for record in ask("insurer", "GET", records).json()["records"]}
    browser = house.sign_in(VERA)
    assert "УЧ-0500" in browser.text
    readers = browser.open(f"{REGISTRY}/readers").text
    assert "АО «Учебная страховая», г. Выдуманск" in readers
    assert "ООО «Учебная поликлиника», г. Выдуманск" in readers
    browser.open(f"{REGISTRY}/sharing")
    ticks = browser.forms()["insurers-form"].values
    del ticks["shown-vaccinations"]
    browser.answer = browser.session.post(f"{REGISTRY}/sharing/insurers", data=ticks)
    assert "Сохранено" in browser.text
    types = {record["type"] for record in ask("insurer", "GET", records).json()["records"]}
    assert types == {"laboratory_test", "disease_case", "preventive_measure"}
    assert "vaccination" in {record["type"] for record in ask("clinic", "GET", records).json()["records"]}
