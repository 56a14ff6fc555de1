"""A record, or a person, is erased: refused while a term runs or a hold stands, and then without a trace (R138, RG-21)."""

import re
import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from ground.database import table_of
from ground.preparation import back_up
from rp.app import run_due_jobs
from rp.database import JOURNAL, Base
from rp.epoch import settle
from rp.keys.models import DataKeyRow
from rp.records.counting import AnonymousCountRow, count_by_day
from rp.records.models import RecordRow
from rp.records.seed import load_seed
from rp.requests.erasure import erase_record
from rp.settings import RetentionYears
from tests.rp.conftest import Stand
from tests.rp.requests.desk import ANTON, OLGA, PYOTR, Desk, ask_for_vaccination, desk_of
from tests.rp.test_older_database import put_back

OLD, YOUNG = "2021-01-29", "2022-09-05"
FIVE_YEARS = 5 * 366 * 24 * 3600
YES = "Срок хранения вышел."


@pytest.fixture
def stand(both_stands: Stand) -> Stand:
    return both_stands


def record_of(stand: Stand, day: str) -> tuple[str, str]:
    """The ids of the dose that Пётр was given that day, and his own."""
    table = table_of(RecordRow)
    query = select(table.c.id, table.c.patient_id).where(
        table.c.occurred_on == date.fromisoformat(day), table.c.type_name == "vaccination"
    )
    of_pyotr = _patient_of(stand, desk_of(stand, PYOTR))
    with stand.realm.database.read() as connection:
        [found] = [row for row in connection.execute(query).all() if row.patient_id == of_pyotr]
    return found.id, found.patient_id


def _patient_of(stand: Stand, desk: Desk) -> str:
    desk.open("/")
    with stand.realm.database.read() as connection:
        row = connection.execute(
            select(JOURNAL.c.object).where(JOURNAL.c.action == "records_read").order_by(JOURNAL.c.seq.desc())
        )
        return str(row.scalars().first()).removeprefix("patient:")


def ask_to_erase(desk: Desk, record_id: str) -> str:
    answer = desk.send(f"/requests/new/record_deletion?record={record_id}", "request-form", "action=send", why="Больше не нужна.")
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def decide(stand: Stand, path: str, decision: str = "grant", answer: str = YES) -> int:
    olga = desk_of(stand, OLGA)
    return olga.press(olga.open(f"/staff{path}").text, "decision-form", f"decision={decision}", answer=answer).status_code


def counts(stand: Stand) -> dict[str, dict[date, int]]:
    with stand.realm.database.read() as connection:
        return {name: count_by_day(connection, name) for name in RetentionYears.__dataclass_fields__}


def tables_naming(connection: Connection, identifier: str) -> set[str]:
    """Every table in which the identifier stands, whatever the column."""
    found = set()
    for table in Base.metadata.sorted_tables:
        for row in connection.execute(select(table)).all():
            if any(identifier in str(value) for value in row):
                found.add(table.name)
    return found


def test_r138_a_younger_record_is_refused_at_once_with_the_reason_and_the_day(stand: Stand) -> None:
    record_id, _patient_id = record_of(stand, YOUNG)
    pyotr = desk_of(stand, PYOTR)
    path = ask_to_erase(pyotr, record_id)
    page = pyotr.open(path).text
    assert pyotr.state_of(path) == "отказано"
    assert "нужна для наблюдения за эпидемией до 5 сентября 2027" in page
    assert pyotr.open(f"/records/{record_id}").status_code == 200
    assert "ЗР-2026-000001" in pyotr.open("/notices").text
    assert "ЗР-2026-000001" not in desk_of(stand, OLGA).open("/staff/requests").text


def test_r138_the_term_is_a_setting_of_each_type(make_stand) -> None:  # type: ignore[no-untyped-def]
    stand: Stand = make_stand(retention_years=RetentionYears(vaccination=3))
    record_id, _patient_id = record_of(stand, YOUNG)
    pyotr = desk_of(stand, PYOTR)
    assert pyotr.state_of(ask_to_erase(pyotr, record_id)) == "на рассмотрении"


def test_r138_rg_21_an_older_record_is_erased_without_a_trace_and_statistics_stay(stand: Stand) -> None:
    record_id, patient_id = record_of(stand, OLD)
    before = counts(stand)
    pyotr = desk_of(stand, PYOTR)
    assert pyotr.open(f"/records/{record_id}").status_code == 200
    correction = pyotr.send(
        f"/requests/new/correction?record={record_id}", "request-form", "action=send", field="lot", value="ZZZ-1", why="Опечатка."
    ).headers["Location"]
    path = ask_to_erase(pyotr, record_id)
    assert decide(stand, path) == 303

    pyotr = desk_of(stand, PYOTR)
    assert pyotr.open(f"/records/{record_id}").status_code == 404
    assert record_id not in pyotr.open("/").text
    assert YES in pyotr.open(path).text
    assert "Больше не нужна." not in pyotr.open(path).text
    assert pyotr.state_of(correction) == "отказано"
    assert "ZZZ-1" not in pyotr.open(correction).text
    token = stand.provider.access_token()
    answer = pyotr.browser.client.get("/api/v1/me/records", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    assert record_id not in answer.text
    copy = pyotr.send("/copy", "bundle-form")
    assert copy.status_code == 200
    assert record_id not in copy.text
    assert record_id not in pyotr.open("/history").text
    assert record_id not in desk_of(stand, OLGA).open(f"/staff/patients/{patient_id}").text
    assert counts(stand) == before
    with stand.realm.database.read() as connection:
        assert tables_naming(connection, record_id) == {"journal"}
        assert stand.realm.journal.verify(connection) == []
        [number] = connection.execute(select(table_of(AnonymousCountRow))).all()
    assert (number.type_name, number.occurred_on, number.region, number.count) == ("vaccination", date(2021, 1, 29), "78", 1)


def test_r138_what_was_erased_is_overwritten_in_the_file(sqlite_stand: Stand) -> None:
    stand = sqlite_stand
    record_id, _patient_id = record_of(stand, OLD)
    with stand.realm.database.read() as connection:
        sealed = connection.execute(select(RecordRow.sealed).where(RecordRow.id == record_id)).scalar_one()
    assert sealed in stand.home.sqlite_file.read_bytes()
    assert decide(stand, ask_to_erase(desk_of(stand, PYOTR), record_id)) == 303
    for file in _database_files(stand):
        assert sealed not in file.read_bytes(), file.name


def test_r138_a_source_that_tells_of_it_again_does_not_bring_it_back(stand: Stand) -> None:
    record_id, _patient_id = record_of(stand, OLD)
    decide(stand, ask_to_erase(desk_of(stand, PYOTR), record_id))
    before = counts(stand)
    with stand.realm.database.write() as connection:
        assert all(report.added == 0 for _key, _outcome, report in load_seed(connection, stand.realm))
    assert counts(stand) == before


def test_rg_21_an_older_copy_does_not_bring_it_back(sqlite_stand: Stand) -> None:
    stand = sqlite_stand
    settle(stand.realm)
    record_id, _patient_id = record_of(stand, OLD)
    before = counts(stand)
    path = ask_to_erase(desk_of(stand, PYOTR), record_id)
    copy = back_up(stand.home.sqlite_file, stand.home.variable, stand.clock)
    decide(stand, path)
    again = put_back(stand, copy)
    assert "1 things erased again, which a copy of the database had brought back" in settle(again.realm)
    with again.realm.database.read() as connection:
        assert tables_naming(connection, record_id) == {"journal"}
        assert again.realm.journal.verify(connection) == []
    assert counts(again) == before
    assert settle(again.realm) == []
    assert desk_of(again, PYOTR).state_of(path) == "отказано"
    again.realm.database.close()


def test_i2_whoever_dies_while_erasing_has_erased(sqlite_stand: Stand) -> None:
    """The tombstone is on disk before the deed is: what was about to be erased is erased after the next start."""
    stand = sqlite_stand
    settle(stand.realm)
    record_id, _patient_id = record_of(stand, OLD)

    def die_while_erasing() -> None:
        with stand.realm.database.write() as connection:
            erase_record(connection, stand.realm, record_id, actor="staff:somebody")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        die_while_erasing()
    assert desk_of(stand, PYOTR).open(f"/records/{record_id}").status_code == 200
    assert settle(stand.realm) == ["1 things erased again, which a copy of the database had brought back"]
    assert desk_of(stand, PYOTR).open(f"/records/{record_id}").status_code == 404


def test_rg_21_a_legal_hold_is_honoured_until_it_is_lifted(stand: Stand) -> None:
    record_id, patient_id = record_of(stand, OLD)
    path = ask_to_erase(desk_of(stand, PYOTR), record_id)
    olga = desk_of(stand, OLGA)
    hold = f"/staff/patients/{patient_id}/hold"
    assert hold in olga.open(f"/staff{path}").text
    assert hold in olga.open(f"/staff/patients/{patient_id}").text
    assert olga.send(hold, "hold-form", reason="").status_code == 422
    assert olga.send(hold, "hold-form", reason="Постановление № 7").status_code == 303
    page = olga.open(f"/staff{path}").text
    assert "Постановление № 7" in page
    refused = olga.press(page, "decision-form", "decision=grant", answer=YES)
    assert refused.status_code == 409
    assert "стоит запрет" in refused.text
    pyotr = desk_of(stand, PYOTR)
    assert pyotr.state_of(path) == "на рассмотрении"
    assert pyotr.open(f"/records/{record_id}").status_code == 200
    assert "Постановление" not in pyotr.open(path).text
    olga = desk_of(stand, OLGA)
    assert olga.send(hold, "lift-form").status_code == 303
    assert decide(stand, path) == 303
    assert desk_of(stand, PYOTR).open(f"/records/{record_id}").status_code == 404


def test_only_a_registrar_places_a_hold(stand: Stand) -> None:
    _record_id, patient_id = record_of(stand, OLD)
    for person in (ANTON, PYOTR):
        assert desk_of(stand, person).open(f"/staff/patients/{patient_id}/hold").status_code == 403
    assert desk_of(stand, OLGA).open("/staff/patients/unknown/hold").status_code == 404


def test_r138_everything_is_not_deleted_while_one_record_is_needed(stand: Stand) -> None:
    pyotr = desk_of(stand, PYOTR)
    path = pyotr.file("full_deletion", sure="1", why="")
    assert pyotr.state_of(path) == "отказано"
    assert "до 5 сентября 2027" in pyotr.open(path).text


def test_rg_21_the_whole_person_goes_with_the_key_and_comes_back_neither_from_the_seed_nor_from_a_copy(
    sqlite_stand: Stand,
) -> None:
    stand = sqlite_stand
    settle(stand.realm)
    _record_id, patient_id = record_of(stand, OLD)
    before = counts(stand)
    stand.clock.advance(FIVE_YEARS)
    pyotr = desk_of(stand, PYOTR)
    ask_for_vaccination(stand, pyotr, day="2031-12-05")
    path = pyotr.file("full_deletion", sure="1", why="")
    copy = back_up(stand.home.sqlite_file, stand.home.variable, stand.clock)
    assert decide(stand, path) == 303
    _is_gone(stand, patient_id, before)
    assert pyotr.open("/").status_code == 302, "the session of who is not there any more is over"
    again = put_back(stand, copy)
    assert "1 things erased again, which a copy of the database had brought back" in settle(again.realm)
    _is_gone(again, patient_id, before)
    again.realm.database.close()


def test_rg_21_the_whole_person_goes_on_postgresql_too(stand: Stand) -> None:
    _record_id, patient_id = record_of(stand, OLD)
    before = counts(stand)
    stand.clock.advance(FIVE_YEARS)
    assert decide(stand, desk_of(stand, PYOTR).file("full_deletion", sure="1", why="")) == 303
    _is_gone(stand, patient_id, before)
    while run_due_jobs(stand.realm):
        pass
    with stand.realm.database.read() as connection:
        told = stand.realm.outbox.messages(connection, with_failed=True)
    farewell = "По заявлению ЗР-2031-000001 ваши данные удалены из регистра. Больше сообщений не будет."
    assert sorted((each.address, each.text) for each in told) == [("+70000000018", farewell), ("pyotr@example.test", farewell)]


def _is_gone(stand: Stand, patient_id: str, before: dict[str, dict[date, int]]) -> None:
    with stand.realm.database.write() as connection:
        seeded = {key: outcome for key, outcome, _report in load_seed(connection, stand.realm)}
    assert "pyotr" not in seeded
    with stand.realm.database.read() as connection:
        assert tables_naming(connection, patient_id) <= {"journal"}
        assert connection.execute(select(DataKeyRow.id).where(DataKeyRow.owner == patient_id)).first() is None
        assert stand.realm.journal.verify(connection) == []
    assert counts(stand) == before


def test_every_table_that_names_a_person_or_a_record_says_so_by_a_foreign_key() -> None:
    """Erasure finds what to erase by foreign keys: a column that names somebody without one would be left behind."""
    for table in Base.metadata.sorted_tables:
        for name, target in (("patient_id", "patients.id"), ("record_id", "records.id")):
            if name in table.c:
                assert {str(key.column) for key in table.c[name].foreign_keys} == {target}, table.name


def _database_files(stand: Stand) -> Iterator[Path]:
    stand.realm.database.close()
    sqlite3.connect(stand.home.sqlite_file).close()
    yield from stand.home.variable.glob("rp.sqlite3*")


def test_a_deletion_is_asked_for_knowingly(stand: Stand) -> None:
    pyotr = desk_of(stand, PYOTR)
    answer = pyotr.send("/requests/new/full_deletion", "request-form", "action=send")
    assert answer.status_code == 422
    assert "Подтвердите это." in answer.text
    assert re.search(r"Заявлений пока нет", pyotr.open("/requests").text)
