"""Buttons that are pressed several times at the same moment: every press is answered, and what it says is done once."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from rp.access.events import Event
from rp.organisations.directory import organisations_of_kinds
from rp.patients.directory import change_person, find_by_snils
from rp.sign_in.arrival import welcome
from rp.trust.sign_in_answer import Tokens, VerifiedPerson
from tests.rp.conftest import NOW, Browser, Stand
from tests.rp.fake_provider import ISSUER, VERA
from tests.rp.pages import form_of, rows_of
from tests.rp.requests.desk import CLINIC, ask_for_vaccination, desk_of, place_of

PRESSES = 8
DOSE = "Прививка, вторая доза"
CLAIMS = {**VERA, "inn": "000000001773", "phone_number": "+70000000017", "email": "vera@example.test"}


@pytest.fixture
def stand(both_stands: Stand) -> Stand:
    return both_stands


def at_once(press: Callable[[int], int]) -> list[int]:
    """The statuses of the presses."""
    with ThreadPoolExecutor(PRESSES) as pool:
        return list(pool.map(press, range(PRESSES)))


def press(browser: Browser, path: str, **values: str) -> list[int]:
    """Send a form by its own token so often at once."""
    token = form_of(browser, "/sharing", "insurers-form").values["csrf_token"]
    return at_once(lambda _number: browser.client.post(path, data={"csrf_token": token, **values}).status_code)


def test_what_insurers_do_not_see_is_chosen_once(stand: Stand) -> None:
    assert set(press(desk_of(stand).browser, "/sharing/insurers")) == {303}
    assert len(rows_of(stand, Event.SHARING_CHANGED)) == 5


def test_consent_is_given_and_withdrawn_once(stand: Stand) -> None:
    vera = desk_of(stand)
    with stand.realm.database.read() as connection:
        (partner,) = organisations_of_kinds(connection, ("partner",))
    for word, event in (("give", Event.CONSENT_GIVEN), ("withdraw", Event.CONSENT_WITHDRAWN)):
        assert set(press(vera.browser, f"/sharing/partners/{partner.id}/{word}")) == {303}
        assert len(rows_of(stand, event)) == 1


def test_notices_are_chosen_once(stand: Stand) -> None:
    assert set(press(desk_of(stand).browser, "/notices/settings")) == {303}
    assert len(rows_of(stand, Event.NOTICES_CHOSEN)) == 1


def test_data_are_confirmed_by_every_press(stand: Stand) -> None:
    vera = desk_of(stand, CLAIMS)
    assert set(press(vera.browser, "/confirmation")) == {303}
    assert len(rows_of(stand, Event.DATA_CONFIRMED)) == PRESSES


def test_of_eight_who_change_a_person_at_once_nobody_breaks_the_history(stand: Stand) -> None:
    with stand.realm.database.read() as connection:
        vera = find_by_snils(connection, stand.realm, VERA["snils"])
    assert vera is not None

    def change(number: int) -> int:
        with stand.realm.database.write() as connection:
            return change_person(connection, stand.realm, vera.id, {"phone": f"+7000000000{number}"}, author="operator").version

    assert sorted(at_once(change)) == [vera.version + number for number in range(1, PRESSES + 1)]


def test_a_draft_is_sent_once_and_kept_once(stand: Stand) -> None:
    vera = desk_of(stand)
    draft = ask_for_vaccination(stand, vera, "action=draft")
    values = {"dose": "2", "place": place_of(stand, CLINIC), "day": "2026-12-06"}
    token = form_of(vera.browser, "/sharing", "insurers-form").values["csrf_token"]

    def keep(number: int) -> int:
        data = {"csrf_token": token, "action": "draft", "comment": str(number), **values}
        return vera.browser.client.post(f"{draft}/edit", data=data).status_code

    assert set(at_once(keep)) <= {303, 409}
    assert set(press(vera.browser, f"{draft}/send")) == {303}
    assert len(rows_of(stand, Event.REQUEST_SENT)) == 1
    assert vera.number_of(draft) == "ЗР-2026-000001"


def test_a_person_who_signs_in_in_eight_tabs_is_linked_once(stand: Stand) -> None:
    stand.agree(VERA["sub"])
    browsers = [stand.browser() for _ in range(PRESSES)]
    paths = [stand.provider.approve(browser.leave_for()).removeprefix("http://localhost:8500") for browser in browsers]
    assert set(at_once(lambda number: browsers[number].get(paths[number]).status_code)) == {303}
    assert len(rows_of(stand, Event.PATIENT_LINKED)) == 1
    assert all(DOSE in browser.get("/").text for browser in browsers)


def test_of_eight_accounts_of_one_person_that_come_at_once_one_is_the_patient(stand: Stand) -> None:
    def arrive(number: int) -> int:
        person = VerifiedPerson(
            issuer=ISSUER,
            subject=f"subject-vera-{number}",
            acr="substantial",
            provider_session=None,
            birth_date=VERA["birthdate"],
            snils="00000001700",
            claims={},
            tokens=Tokens("access", "id", NOW),
        )
        return len(welcome(stand.realm, person, previous=None))

    at_once(arrive)
    matches = [json.loads(row.detail)["match"] for row in rows_of(stand, Event.SIGN_IN)]
    assert sorted(matches) == ["claims", *["taken"] * (PRESSES - 1)]
    assert len(rows_of(stand, Event.PATIENT_LINKED)) == 1


def test_the_terms_are_agreed_to_once(stand: Stand) -> None:
    stand.has_agreed = False
    vera = desk_of(stand).browser
    data = {**form_of(vera, "/terms", "terms").values, "agree": "1"}
    assert set(at_once(lambda _number: vera.client.post("/terms", data=data).status_code)) == {303}
    assert len(rows_of(stand, Event.TERMS_ACCEPTED)) == 1
