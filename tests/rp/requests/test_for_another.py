"""Whoever speaks for another files requests for them, but not every one, and decides none of them."""

import pytest

from tests.rp.conftest import Stand
from tests.rp.relations.test_family import act, trust
from tests.rp.requests.desk import ANTON, OLGA, Desk, ask_for_vaccination, desk_of


@pytest.fixture
def stand(both_stands: Stand) -> Stand:
    return both_stands


def anton_for_vera(stand: Stand) -> Desk:
    """Антон, a doctor, whom Вера trusts and for whom he speaks now."""
    assert trust(desk_of(stand).browser, label="Сосед Антон", snils="000-000-020 00").status_code == 303
    anton = desk_of(stand, ANTON)
    assert act(anton.browser).status_code == 303
    return anton


def test_a_request_filed_for_another_is_the_others_and_says_who_filed_it(stand: Stand) -> None:
    path = ask_for_vaccination(stand, anton_for_vera(stand))
    vera = desk_of(stand)
    assert vera.number_of(path) == "ЗР-2026-000001"
    page = desk_of(stand, OLGA).open(f"/staff{path}").text
    assert "Ромашкина Вера Тимофеевна" in page
    assert "от имени этого человека" in page
    assert "от имени этого человека" in vera.open(path).text
    assert "от имени этого человека" not in vera.open(ask_for_vaccination(stand, vera)).text


def test_nobody_decides_what_they_filed_for_another(stand: Stand) -> None:
    anton = anton_for_vera(stand)
    path = ask_for_vaccination(stand, anton)
    assert "Никто не ждёт" in anton.open("/staff/requests").text
    assert anton.open(f"/staff{path}").status_code == 404


def test_nobody_has_another_forgotten(stand: Stand) -> None:
    anton = anton_for_vera(stand)
    assert anton.open("/requests/new/full_deletion").status_code == 403
    assert "/requests/new/full_deletion" not in anton.open("/requests").text
    assert "/requests/new/full_deletion" in desk_of(stand).open("/requests").text
