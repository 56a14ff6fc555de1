"""«Близкие»: one person looks at another's records, as long as they may and not a request longer."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from rp.access.policy import Operation, Relation, is_allowed, may_ever
from rp.access.principal import Principal, Role
from rp.database import JOURNAL
from rp.patients.directory import Person, find_by_snils, register_patient
from rp.records.models import RecordRow
from rp.relations.ends import Kind
from rp.relations.models import RepresentationRow
from rp.relations.representations import GrantRefused, called, forget, given_by, grant, held_by
from tests.rp.conftest import Browser, Stand
from tests.rp.fake_provider import PYOTR, STRANGER, VERA

CHILD_SNILS = "00000003100"
VERA_SNILS, PYOTR_SNILS = "00000001700", "00000001800"


@pytest.fixture
def stand(both_stands: Stand) -> Stand:
    return both_stands


def person_in(stand: Stand, person: dict[str, str]) -> Browser:
    """A browser in which that person is signed in."""
    stand.provider.person = dict(person)
    browser = stand.browser()
    browser.sign_in()
    return browser


def send(browser: Browser, page: str, path: str, **values: str) -> TestResponse:
    """Send a form of a page that is open."""
    found = re.search(r'name="csrf_token" value="([0-9a-f]{64})"', browser.get(page).text)
    assert found
    return browser.client.post(path, data={"csrf_token": found[1], **values})


def trust(browser: Browser, **values: str) -> TestResponse:
    sent = {"label": "Сосед Пётр", "snils": "000-000-018 00", "last_day": "", **values}
    return send(browser, "/family/trust", "/family/trust", **sent)


def act(browser: Browser) -> TestResponse:
    """Take the first person one speaks for."""
    found = re.search(r'name="representation" value="([^"]+)"', browser.get("/family").text)
    assert found, "nobody to speak for"
    return send(browser, "/family", "/family/act", representation=found[1])


def patient_id_of(stand: Stand, snils: str) -> str:
    with stand.realm.database.read() as connection:
        found = find_by_snils(connection, stand.realm, snils)
    assert found is not None
    return found.id


def vera_has_child(stand: Stand, born: date) -> str:
    """A child in the register for whom Vera speaks: the child's id."""
    child = Person("Ромашкин", "Тимофей", "Ильич", born, "male", CHILD_SNILS, "77")
    with stand.realm.database.write() as connection:
        patient, _ = register_patient(connection, stand.realm, child)
        grant(
            connection,
            stand.realm,
            kind=Kind.CHILD,
            represented_id=patient.id,
            snils=VERA_SNILS,
            label="Ромашкина Вера Тимофеевна",
            actor="staff:1",
        )
    return patient.id


def events(stand: Stand, *actions: str) -> list[Any]:
    with stand.realm.database.read() as connection:
        rows = connection.execute(select(JOURNAL).where(JOURNAL.c.action.in_(actions)).order_by(JOURNAL.c.seq)).all()
    return list(rows)


def go_to(stand: Stand, day: str) -> None:
    """Noon of that day in Moscow."""
    stand.clock.run_from(int(datetime.fromisoformat(f"{day}T09:00:00").replace(tzinfo=UTC).timestamp()))


def test_trusted_person_sees_the_records_of_who_trusts_and_goes_back(stand: Stand) -> None:
    vera, pyotr = person_in(stand, VERA), person_in(stand, PYOTR)
    assert "Ромашкина" not in pyotr.get("/family").text
    assert trust(vera).headers["Location"] == "/family"
    assert "Сосед Пётр" in vera.get("/family").text
    own = pyotr.get("/").text
    assert act(pyotr).headers["Location"] == "/"
    page = pyotr.get("/").text
    assert "Вы действуете за другого: Ромашкина Вера Тимофеевна" in page
    assert "серия УЧ-0417" in page
    assert "серия УЧ-0417" not in own
    assert 'href="/confirmation"' in own
    assert 'href="/confirmation"' not in page + pyotr.get("/history").text, "nobody confirms for another, so no link leads there"
    record = re.findall(r'href="(/records/[^"]+)"', page)[0]
    assert pyotr.get(record).status_code == 200
    assert send(pyotr, "/", "/family/own").headers["Location"] == "/"
    assert "Вы действуете за другого" not in pyotr.get("/").text
    assert pyotr.get(record).status_code == 404


def test_whom_one_speaks_for_is_chosen_for_one_browser(stand: Stand) -> None:
    trust(person_in(stand, VERA))
    first, second = person_in(stand, PYOTR), person_in(stand, PYOTR)
    act(first)
    assert "Вы действуете за другого" in first.get("/").text
    assert "Вы действуете за другого" not in second.get("/").text


def test_withdrawn_trust_ends_with_the_next_request(stand: Stand) -> None:
    vera, pyotr = person_in(stand, VERA), person_in(stand, PYOTR)
    trust(vera)
    act(pyotr)
    record = re.findall(r'href="(/records/[^"]+)"', pyotr.get("/").text)[0]
    end = re.findall(r'href="(/family/[^"]+/end)"', vera.get("/family").text)[0]
    assert "Сосед Пётр больше не откроет ваши записи" in vera.get(end).text
    assert send(vera, end, end).headers["Location"] == "/family"
    refused = pyotr.get(record)
    assert refused.status_code == 403
    assert "Вы больше не действуете за этого человека" in refused.text
    assert "Вы действуете за другого" not in refused.text
    assert pyotr.get(record).status_code == 404
    assert "серия УЧ-0417" not in pyotr.get("/").text
    assert "Ромашкина" not in pyotr.get("/family").text
    assert vera.get(end).status_code == 404


def test_form_that_is_sent_after_the_withdrawal_changes_nothing(stand: Stand) -> None:
    vera, pyotr = person_in(stand, VERA), person_in(stand, PYOTR)
    trust(vera)
    act(pyotr)
    token = re.search(r'name="csrf_token" value="([0-9a-f]{64})"', pyotr.get("/").text)
    assert token
    end = re.findall(r'href="(/family/[^"]+/end)"', vera.get("/family").text)[0]
    send(vera, end, end)
    sent = {"csrf_token": token[1], "label": "Я", "snils": "000-000-019 00", "last_day": ""}
    assert pyotr.client.post("/family/trust", data=sent).status_code == 403
    with stand.realm.database.read() as connection:
        assert len(connection.execute(select(RepresentationRow)).all()) == 1


def test_term_ends_after_its_last_day(stand: Stand) -> None:
    vera = person_in(stand, VERA)
    trust(vera, last_day="2026-12-31")
    go_to(stand, "2026-12-31")
    pyotr = person_in(stand, PYOTR)
    act(pyotr)
    assert "Вы действуете за другого" in pyotr.get("/").text
    stand.clock.run_from(int(datetime(2026, 12, 31, 20, 59, 59, tzinfo=UTC).timestamp()))
    pyotr = person_in(stand, PYOTR)
    act(pyotr)
    assert pyotr.get("/").status_code == 200
    stand.clock.advance(1)  # midnight in Moscow
    assert pyotr.get("/").status_code == 403
    assert "Ромашкина" not in pyotr.get("/family").text


@pytest.mark.parametrize(
    ("born", "last_day", "first_day_of_age"),
    [(date(2008, 12, 24), "2026-12-23", "2026-12-24"), (date(2012, 2, 29), "2030-02-28", "2030-03-01")],
)
def test_parent_speaks_until_the_eighteenth_birthday(stand: Stand, born: date, last_day: str, first_day_of_age: str) -> None:
    vera_has_child(stand, born)
    go_to(stand, last_day)
    vera = person_in(stand, VERA)
    assert "Ромашкин Тимофей Ильич" in vera.get("/family").text
    act(vera)
    assert "Вы действуете за другого: Ромашкин Тимофей Ильич" in vera.get("/").text
    go_to(stand, first_day_of_age)
    vera = person_in(stand, VERA)
    assert "Ромашкин Тимофей Ильич" not in vera.get("/family").text


def test_open_page_of_a_child_is_refused_on_the_birthday(stand: Stand) -> None:
    vera_has_child(stand, date(2008, 12, 24))
    stand.clock.run_from(int(datetime(2026, 12, 23, 20, 59, 59, tzinfo=UTC).timestamp()))
    vera = person_in(stand, VERA)
    act(vera)
    assert vera.get("/").status_code == 200
    stand.clock.advance(1)
    refused = vera.get("/")
    assert refused.status_code == 403
    assert "ребёнку исполнилось 18 лет" in refused.text
    assert "Вера" in vera.get("/").text


def test_representative_may_give_up_and_a_child_may_not_dismiss_its_parents(stand: Stand) -> None:
    vera_has_child(stand, date(2010, 1, 1))
    child = person_in(stand, {"sub": "timofey", "given_name": "Тимофей", "birthdate": "2010-01-01", "snils": "000-000-031 00"})
    page = child.get("/family").text
    assert "Ромашкина Вера Тимофеевна" in page
    assert "До совершеннолетия это не отзывают." in page
    vera = person_in(stand, VERA)
    end = re.findall(r'href="(/family/[^"]+/end)"', vera.get("/family").text)[0]
    assert child.get(end).status_code == 404
    act(vera)
    assert send(vera, end, end).status_code == 303
    assert "Вы действуете за другого" not in vera.get("/").text
    assert "Тимофей" not in vera.get("/family").text


def test_child_trusts_nobody_and_a_grown_person_is_nobodys_child(stand: Stand) -> None:
    vera_has_child(stand, date(2010, 1, 1))
    child = person_in(stand, {"sub": "timofey", "given_name": "Тимофей", "birthdate": "2010-01-01", "snils": "000-000-031 00"})
    refused = trust(child)
    assert refused.status_code == 422
    assert "Доверять другим можно с 18 лет." in refused.text
    with stand.realm.database.write() as connection, pytest.raises(GrantRefused, match="grown"):
        grant(
            connection,
            stand.realm,
            kind=Kind.CHILD,
            represented_id=patient_id_of(stand, PYOTR_SNILS),
            snils=VERA_SNILS,
            label="Мать",
            actor="staff:1",
        )


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"snils": "000-000-017 00"}, "Это ваш собственный СНИЛС."),
        ({"snils": "112-233-445 96"}, "СНИЛС"),
        ({"snils": ""}, "Заполните поле «СНИЛС того, кому вы доверяете»."),
        ({"label": ""}, "Заполните поле «Кто это»."),
        ({"last_day": "2026-11-21"}, "Этот день уже прошёл."),
        ({"last_day": "2036-11-23"}, "Доверить можно не дольше чем на 10 лет."),
        ({"last_day": "31.12.2026"}, "Неверный формат даты"),
    ],
)
def test_form_of_trust_says_what_is_wrong_and_keeps_what_was_typed(stand: Stand, values: dict[str, str], sentence: str) -> None:
    vera = person_in(stand, VERA)
    refused = trust(vera, **values)
    assert refused.status_code == 422
    assert sentence in refused.text
    typed = {"label": "Сосед Пётр", "snils": "000-000-018 00", **values}
    assert all(f'value="{text}"' in refused.text for text in typed.values() if text)
    assert "Сосед Пётр" not in vera.get("/family").text


def test_trust_in_a_person_whom_the_register_does_not_know_looks_the_same(stand: Stand) -> None:
    vera = person_in(stand, VERA)
    known, unknown = trust(vera), trust(vera, snils="000-000-099 00", label="Никто")
    assert (known.status_code, known.headers["Location"]) == (unknown.status_code, unknown.headers["Location"])
    assert vera.get("/family").text.count("•••-•••-0") == 2


def test_same_trust_twice_is_one_and_the_newest_counts(stand: Stand) -> None:
    vera, pyotr = person_in(stand, VERA), person_in(stand, PYOTR)
    trust(vera, label="Первый")
    trust(vera, label="Второй", last_day="2027-01-31")
    page = vera.get("/family").text
    assert "Первый" not in page
    assert "31 января 2027" in page
    assert pyotr.get("/family").text.count('name="representation"') == 1


def test_ten_people_at_most_are_trusted(stand: Stand) -> None:
    vera = person_in(stand, VERA)
    for number in range(40, 50):
        assert trust(vera, snils=f"000-000-0{number} 00", label=f"Друг {number}").status_code == 303
    refused = trust(vera, snils="000-000-050 00")
    assert refused.status_code == 422
    assert "Вы уже доверяете десяти людям." in refused.text


def test_another_persons_trust_cannot_be_taken_or_ended(stand: Stand) -> None:
    vera = person_in(stand, VERA)
    trust(vera)
    end = re.findall(r'href="(/family/[^"]+/end)"', vera.get("/family").text)[0]
    maya = person_in(stand, {"sub": "maya", "given_name": "Майя", "birthdate": "1999-09-09", "snils": "000-000-019 00"})
    assert maya.get(end).status_code == 404
    assert send(maya, "/family", end).status_code == 404
    assert send(maya, "/family", "/family/act", representation=end.split("/")[2]).status_code == 404
    assert send(vera, "/family", "/family/act", representation=end.split("/")[2]).status_code == 404  # her own self
    assert "Сосед Пётр" in vera.get("/family").text


def test_person_outside_the_register_has_nobody(stand: Stand) -> None:
    stranger = person_in(stand, STRANGER)
    assert "Вас нет в регистре" in stranger.get("/family").text
    assert stranger.get("/family/trust").status_code == 403


def test_r159_what_a_representative_reads_stands_in_the_journal_of_the_represented(stand: Stand) -> None:
    vera, pyotr = person_in(stand, VERA), person_in(stand, PYOTR)
    trust(vera)
    act(pyotr)
    record = re.findall(r'href="(/records/[^"]+)"', pyotr.get("/").text)[0]
    pyotr.get(record)
    send(pyotr, "/family", "/family/own")
    vera_id, pyotr_id = (patient_id_of(stand, snils) for snils in (VERA_SNILS, PYOTR_SNILS))
    told = [(row.action, row.actor, row.object) for row in events(stand, "acting_begun", "records_read", "acting_ended")]
    assert told == [
        (action, f"patient:{pyotr_id}", f"patient:{vera_id}") for action in ("acting_begun", "records_read", "acting_ended")
    ]
    (read,) = events(stand, "record_read")
    assert (read.actor, read.object) == (f"patient:{pyotr_id}", f"record:{record.split('/')[-1]}")
    with stand.realm.database.read() as connection:
        assert called(connection, stand.realm, vera_id) == {f"patient:{pyotr_id}": "Сосед Пётр"}
        assert stand.realm.journal.verify(connection) == []


def test_step_up_in_between_goes_on_for_the_same_person_and_another_sign_in_does_not(stand: Stand) -> None:
    trust(person_in(stand, VERA))
    pyotr = person_in(stand, PYOTR)
    act(pyotr)
    assert pyotr.come_back(stand.provider.approve(pyotr.get("/sign-in/stronger").headers["Location"])).status_code == 303
    assert "Вы действуете за другого" in pyotr.get("/").text
    stand.provider.person = dict(VERA)
    pyotr.come_back(stand.provider.approve(pyotr.get("/sign-in/stronger").headers["Location"]))
    assert "Вы действуете за другого" not in pyotr.get("/").text


def test_nothing_of_a_representation_stands_in_plain_and_erasing_a_person_removes_both_sides(stand: Stand) -> None:
    vera = person_in(stand, VERA)
    trust(vera)
    vera_id, pyotr_id = (patient_id_of(stand, snils) for snils in (VERA_SNILS, PYOTR_SNILS))
    with stand.realm.database.write() as connection:
        assert len(given_by(connection, stand.realm, vera_id)) == len(held_by(connection, stand.realm, pyotr_id)) == 1
        assert forget(connection, pyotr_id) == 1
        assert given_by(connection, stand.realm, vera_id) == ()
    trust(vera)
    with stand.realm.database.write() as connection:
        assert forget(connection, vera_id) == 1
        assert held_by(connection, stand.realm, pyotr_id) == ()


def test_records_of_the_represented_stay_another_persons_for_the_api(stand: Stand) -> None:
    """A token speaks for its own person, whoever acts for whom in a browser."""
    trust(person_in(stand, VERA))
    pyotr = person_in(stand, PYOTR)
    act(pyotr)
    token = stand.provider.access_token()
    answer = pyotr.get("/api/v1/me/records", headers={"Authorization": f"Bearer {token}"})
    with stand.realm.database.read() as connection:
        vera_records = set(
            connection.execute(select(RecordRow.id).where(RecordRow.patient_id == patient_id_of(stand, VERA_SNILS))).scalars()
        )
    assert answer.status_code in (200, 403)
    assert not vera_records & {record["id"] for record in (answer.json or {}).get("records", [])}


def test_r159_the_represented_read_who_looked_by_the_name_they_gave(stand: Stand) -> None:
    vera, pyotr = person_in(stand, VERA), person_in(stand, PYOTR)
    trust(vera)
    act(pyotr)
    pyotr.get("/")
    page = vera.get("/readers").text
    assert "Сосед Пётр" in page
    assert "действует за вас" in page
    assert "Сосед Пётр" not in pyotr.get("/readers").text  # on her behalf he is «Вы», and sees what others did
    send(pyotr, "/family", "/family/own")
    assert "Ромашкина" not in pyotr.get("/readers?own=1").text


@pytest.mark.parametrize("path", ["/", "/history", "/requests", "/notices", "/readers", "/copy", "/family"])
def test_pages_of_the_cabinet_work_for_the_represented_and_say_whose_they_are(stand: Stand, path: str) -> None:
    trust(person_in(stand, VERA))
    pyotr = person_in(stand, PYOTR)
    act(pyotr)
    page = pyotr.get(path)
    assert page.status_code == 200
    assert "Вы действуете за другого: Ромашкина Вера Тимофеевна" in page.text
    assert send(pyotr, path, "/family/own").status_code == 303


def test_history_and_copy_are_those_of_the_represented(stand: Stand) -> None:
    trust(person_in(stand, VERA))
    pyotr = person_in(stand, PYOTR)
    assert "Выдуманск" not in pyotr.get("/history").text
    act(pyotr)
    assert "Выдуманск" in pyotr.get("/history").text


@pytest.mark.parametrize("path", ["/confirmation", "/confirmation/vaccination", "/linking"])
def test_nobody_confirms_another_persons_identity(stand: Stand, path: str) -> None:
    """What the provider vouches for is said of who is signed in."""
    vera_has_child(stand, date(2015, 1, 1))
    vera = person_in(stand, VERA)
    act(vera)
    assert vera.get(path).status_code == 403


@pytest.mark.parametrize("path", ["/sharing", "/notices/settings"])
def test_trusted_adult_does_not_decide_what_only_the_person_or_a_parent_does(stand: Stand, path: str) -> None:
    trust(person_in(stand, VERA))
    pyotr = person_in(stand, PYOTR)
    assert pyotr.get(path).status_code == 200
    act(pyotr)
    refused = pyotr.get(path)
    assert refused.status_code == 403
    assert "Это делают только за себя" in refused.text
    vera_has_child(stand, date(2015, 1, 1))
    vera = person_in(stand, VERA)
    act(vera)
    assert vera.get(path).status_code == 200


REPRESENTATIVE = Principal(Role.CITIZEN, "patient:1", "patient-2", represents=frozenset({Relation.REPRESENTED}))
PARENT = Principal(Role.CITIZEN, "patient:1", "patient-2", represents=frozenset({Relation.REPRESENTED, Relation.CHILD}))


def test_table_of_what_is_done_for_another() -> None:
    """Whatever is added to the policy is one's own until somebody says otherwise here."""
    open_to_both = {
        Operation.COME_AND_GO,
        Operation.READ_STATISTICS,
        Operation.OPEN_CABINET,
        Operation.MANAGE_FAMILY,
        Operation.FILE_REQUEST,
        Operation.READ_NOTICES,
        Operation.LIST_RECORDS,
        Operation.READ_RECORD,
        Operation.TAKE_COPY,
        Operation.SEE_READERS,
        Operation.KEEP_DOCUMENTS,
        Operation.READ_DOCUMENT,
    }
    assert {operation for operation in Operation if may_ever(REPRESENTATIVE, operation)} == open_to_both
    parents_only = {Operation.MANAGE_SHARING, Operation.CHOOSE_NOTICES}
    assert {operation for operation in Operation if may_ever(PARENT, operation)} == open_to_both | parents_only
    for principal in (REPRESENTATIVE, PARENT):
        assert not is_allowed(principal, Operation.READ_RECORD, relations=())
