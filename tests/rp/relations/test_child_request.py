"""A parent asks to look after a child's records, and a registrar decides."""

from datetime import date

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from rp.database import JOURNAL
from rp.patients.directory import Person, register_patient
from tests.rp.conftest import Stand
from tests.rp.requests.desk import OLGA, PYOTR, Desk, desk_of

TIMOFEY = Person("Ромашкин", "Тимофей", "Ильич", date(2015, 6, 1), "male", "00000003100", "77")
CLAIM = {"snils": "000-000-031 00", "birth_date": "2015-06-01", "certificate": "I-АА 000017"}


@pytest.fixture
def stand(both_stands: Stand) -> Stand:
    with both_stands.realm.database.write() as connection:
        register_patient(connection, both_stands.realm, TIMOFEY)
    return both_stands


def decide(olga: Desk, path: str, decision: str = "decision=grant") -> TestResponse:
    """The registrar answers."""
    return olga.send(f"/staff{path}", "decision-form", decision, answer="Сверено со свидетельством.")


def test_registrar_grants_and_the_parent_sees_the_child(stand: Stand) -> None:
    vera, olga = desk_of(stand), desk_of(stand, OLGA)
    assert "Тимофей" not in vera.open("/family").text
    path = vera.file("child", **CLAIM)
    assert "Тимофей" not in vera.open(path).text
    assert "I-АА 000017" in olga.open(f"/staff{path}").text
    assert decide(olga, path).status_code == 303
    page = vera.open("/family").text
    assert "Ромашкин Тимофей Ильич" in page
    assert "ребёнок, по 31 мая 2033 включительно" in page


def test_refused_request_gives_nothing(stand: Stand) -> None:
    vera, olga = desk_of(stand), desk_of(stand, OLGA)
    path = vera.file("child", **CLAIM)
    assert decide(olga, path, "decision=refuse").status_code == 303
    assert "Тимофей" not in vera.open("/family").text
    assert vera.state_of(path) == "отказано"


@pytest.mark.parametrize("claim", [{"snils": "000-000-039 00"}, {"birth_date": "2015-06-02"}, {"snils": "000-000-018 00"}])
def test_child_that_does_not_fit_looks_the_same_to_the_parent_and_cannot_be_granted(stand: Stand, claim: dict[str, str]) -> None:
    vera, olga = desk_of(stand), desk_of(stand, OLGA)
    path = vera.file("child", **{**CLAIM, **claim})
    assert vera.state_of(path) == "на рассмотрении"
    refused = decide(olga, path)
    assert refused.status_code == 409
    assert "В регистре нет ребёнка с таким СНИЛС и датой рождения." in refused.text
    assert vera.state_of(path) == "на рассмотрении"


@pytest.mark.parametrize(
    ("claim", "sentence"),
    [
        ({"birth_date": "2008-11-22"}, "Этому человеку уже есть 18 лет: он может доверить вам свои записи сам."),
        ({"birth_date": "2026-11-23"}, "Эта дата ещё не наступила."),
        ({"snils": "000-000-017 00"}, "Это ваш собственный СНИЛС."),
        ({"certificate": "17"}, "Римская цифра, две русские буквы и 6 цифр, например I-АА 000017."),
    ],
)
def test_claim_that_cannot_be_is_told_at_its_field(stand: Stand, claim: dict[str, str], sentence: str) -> None:
    vera = desk_of(stand)
    refused = vera.send("/requests/new/child", "request-form", "action=send", **{**CLAIM, **claim})
    assert refused.status_code == 422
    assert sentence in refused.text


def test_child_that_comes_of_age_before_the_decision_is_nobodys(stand: Stand) -> None:
    grown = Person("Ромашкин", "Егор", None, date(2008, 11, 23), "male", "00000003200", "77")
    with stand.realm.database.write() as connection:
        register_patient(connection, stand.realm, grown)
    path = desk_of(stand).file("child", snils="000-000-032 00", birth_date="2008-11-23", certificate="I-АА 000017")
    stand.clock.advance(24 * 3_600)
    refused = decide(desk_of(stand, OLGA), path)
    assert refused.status_code == 409
    assert "Этому человеку уже есть 18 лет" in refused.text


def test_both_parents_look_after_one_child(stand: Stand) -> None:
    vera, olga = desk_of(stand), desk_of(stand, OLGA)
    decide(olga, vera.file("child", **CLAIM))
    pyotr = desk_of(stand, PYOTR)
    decide(olga, pyotr.file("child", **CLAIM))
    assert "Ромашкин Тимофей Ильич" in vera.open("/family").text
    assert "Ромашкин Тимофей Ильич" in pyotr.open("/family").text


def test_parent_asks_for_the_child_and_the_child_has_the_request(stand: Stand) -> None:
    vera, olga = desk_of(stand), desk_of(stand, OLGA)
    decide(olga, vera.file("child", **CLAIM))
    act = vera.open("/family").text.split('id="act-')[1].split('"')[0]
    assert vera.send("/family", f"act-{act}").status_code == 404  # a button that was not pressed names nobody
    assert vera.send("/family", f"act-{act}", f"representation={act}").status_code == 303
    path = vera.file("certificate", about="vaccination", snils="000-000-031 00")
    assert vera.state_of(path) == "на рассмотрении"
    vera.send(path, "acting-end")
    assert vera.open(path).status_code == 404
    with stand.realm.database.read() as connection:
        (sent,) = connection.execute(
            select(JOURNAL).where(JOURNAL.c.action == "request_sent", JOURNAL.c.object == f"request:{path.split('/')[-1]}")
        ).all()
        (own,) = connection.execute(select(JOURNAL.c.actor).where(JOURNAL.c.action == "acting_begun")).scalars()
    assert sent.actor == own
