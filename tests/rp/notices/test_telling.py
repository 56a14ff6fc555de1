"""News of what somebody asked for: always in the cabinet, elsewhere as they chose, and nothing of their health outside."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from rp import notices
from rp.keys.safe import Keys
from rp.notices import inbox
from rp.notices.models import NoticeChoiceRow, NoticeRow
from rp.patients.directory import change_person
from rp.requests.erasure import erase_patient
from tests.rp.notices.conftest import VERA_MAIL, VERA_PHONE, House

NEWS = "Запись о прививке исправлена."


def test_r137_person_finds_the_news_in_the_cabinet_and_a_letter_says_that_it_is_there(house: House) -> None:
    house.tell(link="/requests/1")
    (letter,) = house.sent()
    assert (letter.channel, letter.address, letter.subject) == ("email", VERA_MAIL, "Новое сообщение в регистре")
    assert "http://localhost:8500/notices" in letter.text
    browser = house.signed_in()
    page = browser.get("/notices").text
    assert "Решение по заявлению" in page and "Непрочитанных: 1." in page and "новое" in page
    (notice_id,) = ids(page)
    opened = browser.get(f"/notices/{notice_id}").text
    assert f"<p>{NEWS}</p>" in opened and 'href="/requests/1"' in opened
    assert "Всё прочитано." in browser.get("/notices").text


def test_letters_and_sms_hold_nothing_of_what_was_decided(house: House) -> None:
    house.save(house.signed_in(), "requests-email", "requests-sms")
    house.tell()
    assert [(message.channel, message.address) for message in house.sent()] == [("email", VERA_MAIL), ("sms", VERA_PHONE)]
    for message in house.sent():
        for word in ("Решение", "прививк", "исправлен"):
            assert word not in f"{message.subject} {message.text}"
    assert len(house.sent()[1].text) <= 134, "two SMS at most"


def test_notice_is_sealed_by_the_key_of_its_reader(house: House) -> None:
    house.tell()
    with house.stand.realm.database.write() as connection:
        sealed = connection.exec_driver_sql("SELECT sealed FROM notices").scalar_one()
        assert NEWS.encode() not in bytes(sealed)
        assert inbox.count(connection, house.vera.id).unread == 1
        Keys(connection, house.stand.realm).destroy(house.vera.id)
    with house.stand.realm.database.read() as connection, pytest.raises(Exception, match=r"^(?!.*прививк)"):
        inbox.page_of(connection, house.stand.realm, house.vera.id, number=1)


def test_news_of_a_transaction_that_fails_are_never_told(house: House) -> None:
    realm = house.stand.realm
    with realm.database.write() as connection:
        notices.tell(connection, realm, house.vera.id, subject="Нет", text="Нет")
        connection.rollback()
    assert house.sent() == []
    assert "Здесь появятся решения" in house.signed_in().get("/notices").text


def test_whoever_is_gone_is_told_nothing_and_whoever_has_no_address_only_in_the_cabinet(house: House) -> None:
    house.tell(replace(house.vera, id="nobody"))
    realm = house.stand.realm
    with realm.database.write() as connection:
        change_person(connection, realm, house.vera.id, {"email": None, "phone": None}, author="operator:test")
    house.tell()
    assert house.sent() == []
    with realm.database.read() as connection:
        assert inbox.count(connection, house.vera.id).total == 1


def test_whoever_is_removed_leaves_neither_notices_nor_choices_nor_letters(house: House) -> None:
    house.save(house.signed_in(), "requests-sms")
    house.tell()
    realm = house.stand.realm
    with realm.database.write() as connection:
        erase_patient(connection, realm, house.vera.id, actor="operator:test")
    with realm.database.read() as connection:
        for model in (NoticeRow, NoticeChoiceRow):
            assert connection.execute(select(model.__table__)).all() == []
    assert house.sent() == []


def ids(page: str) -> list[str]:
    """The notices of a page, in its order."""
    return [part.partition('"')[0] for part in page.split('href="/notices/')[1:] if not part.startswith("settings")]


def test_nobody_is_flooded_whose_address_somebody_else_has_named(house: House) -> None:
    house.save(house.signed_in(), "requests-email", "requests-sms")
    for _ in range(12):
        house.tell()
    assert [message.channel for message in house.sent()] == ["email", "sms"] * 5
    with house.stand.realm.database.read() as connection:
        assert inbox.count(connection, house.vera.id).total == 12
    house.stand.clock.advance(3600)
    house.tell()
    assert len(house.sent()) == 12


def test_rg_21_what_was_sent_to_a_former_address_goes_with_the_person(house: House) -> None:
    house.tell()
    with house.stand.realm.database.write() as connection:
        change_person(connection, house.stand.realm, house.vera.id, {"email": "new@example.test"}, author="operator")
    house.tell()
    assert len(house.sent()) == 2
    with house.stand.realm.database.write() as connection:
        erase_patient(connection, house.stand.realm, house.vera.id, actor="operator")
    assert house.sent() == []
