"""Publishing from the pages of the staff: by a registrar, once, and with what the form refuses."""

import re

import pytest

from tests.rp.notices.conftest import House
from tests.rp.notices.test_publications import people
from tests.rp.staff.people import DOCTOR, LABORANT, REGISTRAR, Desk, at_work

TEXT = {"topic": "recommendations", "subject": "Прививка от гриппа", "text": "Её можно сделать.\nВ тот же день.", "sure": "1"}


@pytest.fixture
def desk(house: House) -> Desk:
    return at_work(house.stand, REGISTRAR)


def once(desk: Desk) -> str:
    found = re.search(r'name="once" value="([^"]+)"', desk.get("/staff/notices").text)
    assert found
    return found[1]


def test_r152_registrar_publishes_and_sees_whom_it_reached(house: House, desk: Desk) -> None:
    assert "Рассылок ещё не было" in desk.get("/staff/notices").text
    answer = desk.send("/staff/notices", once=once(desk), **TEXT)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/staff/notices?published")
    page = desk.get(answer.headers["Location"]).text
    assert "Опубликовано" in page and "0, отправляется" in page
    house.work()
    assert re.search(rf'data-label="Получили">{people(house)}<', desk.get("/staff/notices").text)
    with house.stand.realm.database.read() as connection:
        rows = connection.exec_driver_sql("SELECT actor FROM journal WHERE action = 'notice_published'").all()
    assert len(rows) == 1 and rows[0][0].startswith("staff:")


def test_form_that_is_sent_twice_publishes_once(house: House, desk: Desk) -> None:
    key = once(desk)
    for _ in range(2):
        assert desk.send("/staff/notices", once=key, **TEXT).status_code == 303
    house.work()
    everybody = people(house)
    with house.stand.realm.database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM publications").scalar_one() == 1
        assert connection.exec_driver_sql("SELECT count(*) FROM notices").scalar_one() == everybody


@pytest.mark.parametrize(
    ("spoiled", "says"),
    [
        ({"topic": ""}, "Выберите, о чём рассылка."),
        ({"topic": "requests"}, "Выберите"),
        ({"subject": " "}, "Напишите заголовок."),
        ({"subject": "Т" * 201}, "Слишком длинно"),
        ({"text": ""}, "Напишите текст рассылки."),
        ({"text": "Т" * 20_001}, "Слишком длинно"),
        ({"sure": ""}, "Проверьте текст и отметьте это."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(house: House, desk: Desk, spoiled: dict[str, str], says: str) -> None:
    answer = desk.send("/staff/notices", once=once(desk), **{**TEXT, **spoiled})
    assert answer.status_code == 422
    assert says in answer.text
    assert "text" in spoiled or "Её можно сделать." in answer.text
    with house.stand.realm.database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM publications").scalar_one() == 0


@pytest.mark.parametrize("person", [DOCTOR, LABORANT])
def test_nobody_else_at_work_publishes(house: House, person: dict[str, object]) -> None:
    desk = at_work(house.stand, person)
    assert desk.get("/staff/notices").status_code == 403
    assert "/staff/notices" not in desk.get("/staff").text
