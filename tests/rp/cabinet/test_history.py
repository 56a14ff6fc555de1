"""The history: everything by day, and what of it is asked for."""

import re
from urllib.parse import quote

import pytest

from tests.rp.conftest import Browser, Stand
from tests.rp.fake_provider import STRANGER
from tests.rp.staff.people import fields_in_error, journal

CLINIC = "Поликлиника № 0, г. Выдуманск"


def days(page: str) -> list[str]:
    """The days of the records on a page, from above."""
    return re.findall(r'<li><svg.*?<time datetime="([^"]+)">', page)


def titles(page: str) -> list[str]:
    return re.findall(r'<h3><a href="/records/[^"]+">([^<]+)<', page)


@pytest.fixture
def vera(browser: Browser) -> Browser:
    browser.sign_in()
    return browser


def test_r151_everything_is_there_newest_first_with_its_source(vera: Browser) -> None:
    page = vera.get("/history").text
    found = days(page)
    assert len(found) == 11
    assert found == sorted(found, reverse=True)
    places = re.findall(r"</time> · ([^<]+)</p>", page)
    assert len(places) == 11
    assert {place.rpartition(" · ")[2] for place in places} == {
        CLINIC,
        "Лаборатория «Пробирка», г. Выдуманск",
        "Учебный центр эпидемиологии",
    }


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("type=vaccination", 2),
        ("type=laboratory_test", 7),
        ("type=disease_case", 1),
        ("since=2026-03-11", 6),
        ("until=2026-03-11", 6),
        ("since=2026-03-11&until=2026-03-11", 1),
        ("type=vaccination&since=2026-03-01", 1),
        (f"source={quote(CLINIC)}", 4),
        (f"source={quote(CLINIC)}&type=vaccination&until=2026-02-18", 1),
        ("type=&since=&until=&source=", 11),
        ("since=2030-01-01", 0),
    ],
)
def test_r151_type_period_and_source_are_asked_for_together(vera: Browser, query: str, number: int) -> None:
    page = vera.get(f"/history?{query}")
    assert page.status_code == 200
    assert len(days(page.text)) == number
    assert ("Таких записей нет." in page.text) is (number == 0)


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("since=11.03.2026", {"since"}),
        ("since=2026-02-30&until=x", {"since", "until"}),
        ("since=2026-03-11&until=2026-03-10", {"until"}),
        ("type=passport", {"type"}),
        ("source=nobody", {"source"}),
        ("source=" + "%27%20OR%201=1", {"source"}),
    ],
)
def test_r151_a_filter_that_is_wrong_is_named_and_kept(vera: Browser, query: str, fields: set[str]) -> None:
    page = vera.get(f"/history?{query}")
    assert page.status_code == 422
    assert fields_in_error(page.text) == fields
    assert days(page.text) == []
    assert ("Неверный формат даты" in page.text) is (query in ("since=11.03.2026", "since=2026-02-30&until=x"))


@pytest.mark.parametrize("number", ["0", "-1", "x", "1;DROP", "1" * 40, "１"])
def test_rg_23_a_page_number_that_is_none_is_refused(vera: Browser, number: str) -> None:
    assert vera.get(f"/history?page={quote(number)}").status_code == 400


def test_a_page_that_is_not_there_is_not_found(vera: Browser) -> None:
    assert vera.get("/history?page=2").status_code == 404


def test_a_long_history_is_turned_page_by_page(vera: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rp.cabinet.history.views.PAGE_SIZE", 4)
    seen: list[str] = []
    path = "/history?type=laboratory_test"
    for _turn in range(2):
        page = vera.get(path).text
        seen += titles(page)
        older = re.search(r'id="older" href="([^"]+)"', page)
        path = older[1].replace("&amp;", "&") if older else ""
    assert path == ""
    assert len(seen) == 7


def test_a_look_at_the_history_is_written_down(vera: Browser) -> None:
    before = len(journal(vera.stand, "records_read"))
    vera.get("/history")
    assert len(journal(vera.stand, "records_read")) == before + 1


def test_whom_the_register_does_not_know_has_an_empty_history(stand: Stand) -> None:
    stand.provider.person = dict(STRANGER)
    browser = stand.browser()
    browser.sign_in()
    page = browser.get("/history")
    assert page.status_code == 200
    assert "Записей пока нет." in page.text


def test_the_history_needs_a_sign_in(browser: Browser) -> None:
    assert browser.get("/history").status_code == 302
