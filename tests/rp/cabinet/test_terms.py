"""The terms of the register: agreed to before the cabinet opens, once for each version, with a box that has to be ticked."""

from collections.abc import Callable

import pytest
from sqlalchemy import insert, select

from ground.database import table_of
from rp.cabinet.terms.models import AcceptedTerms
from rp.database import JOURNAL
from tests.rp.conftest import NOW, Browser, Stand
from tests.rp.fake_provider import ISSUER
from tests.rp.page_forms import errors_of, send


@pytest.fixture
def stand(both_stands: Stand) -> Stand:
    return both_stands


@pytest.fixture
def newcomer(stand: Stand) -> Browser:
    """Vera at her first visit."""
    stand.has_agreed = False
    browser = stand.browser()
    browser.sign_in()
    return browser


def test_r050_first_visit_leads_to_the_terms_and_nowhere_else(newcomer: Browser) -> None:
    answer = newcomer.get("/?group=vaccination")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/terms?next=/?group%3Dvaccination")
    page = newcomer.get(answer.headers["Location"]).text
    assert "Условия регистра" in page
    assert "Прививка" not in page


def test_r050_without_the_box_ticked_the_page_stays_with_an_error(newcomer: Browser) -> None:
    answer = send(newcomer, "/terms", next="/")
    assert answer.status_code == 422
    assert "Отметьте согласие: без него кабинет не откроется." in answer.text
    assert newcomer.get("/").status_code == 303


def test_r050_ticked_it_goes_on_and_the_consent_is_kept_with_version_and_time(newcomer: Browser, stand: Stand) -> None:
    answer = send(newcomer, "/terms", next="/?group=vaccination", agree="1")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/?group=vaccination")
    assert newcomer.get("/").status_code == 200
    with stand.realm.database.read() as connection:
        rows = connection.execute(select(table_of(AcceptedTerms))).mappings().all()
        told = connection.execute(JOURNAL.select().where(JOURNAL.c.action == "terms_accepted")).mappings().all()
    assert [(row["subject"], row["version"], row["accepted_at"]) for row in rows] == [
        ("subject-vera", stand.realm.settings.terms_version, NOW)
    ]
    assert len(told) == 1


def test_r050_second_visit_is_not_asked(newcomer: Browser, stand: Stand) -> None:
    send(newcomer, "/terms", next="/", agree="1")
    again = stand.browser()
    again.sign_in()
    assert again.get("/").status_code == 200
    assert "Вы согласились" in again.get("/terms").text


def test_r050_new_version_of_the_terms_is_asked_again(make_stand: Callable[..., Stand]) -> None:
    stand = make_stand(terms_version="2026-12-01")
    stand.has_agreed = False
    row = {"issuer": ISSUER, "subject": "subject-vera", "version": "2026-11-01", "accepted_at": NOW}
    with stand.realm.database.write() as connection:
        connection.execute(insert(AcceptedTerms), row)
    browser = stand.browser()
    browser.sign_in()
    assert browser.get("/").headers["Location"].startswith("/terms")
    send(browser, "/terms", next="/", agree="1")
    assert browser.get("/").status_code == 200


def test_consent_said_twice_is_one(newcomer: Browser, stand: Stand) -> None:
    for _ in range(2):
        assert send(newcomer, "/terms", next="/", agree="1").status_code == 303
    with stand.realm.database.read() as connection:
        assert len(connection.execute(select(table_of(AcceptedTerms))).all()) == 1


def test_terms_lead_back_to_this_site_only(newcomer: Browser) -> None:
    for elsewhere in ("https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example"):
        assert send(newcomer, "/terms", next=elsewhere, agree="1").headers["Location"] == "/"


def test_terms_are_for_those_who_are_signed_in(browser: Browser) -> None:
    assert browser.get("/terms").status_code == 302
    assert errors_of(browser.get("/regions").text) == {}  # statistics are open to everybody


def test_form_that_was_sent_before_the_consent_changes_nothing(newcomer: Browser) -> None:
    assert send(newcomer, "/linking", inn="1").headers["Location"] == "/terms?next=/linking?unsent%3D1"
