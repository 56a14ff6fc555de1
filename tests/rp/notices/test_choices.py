"""R152: what somebody wants to be told of, and where, governs what they are told."""

import pytest

from rp.notices.topics import Topic
from rp.patients.directory import change_person
from tests.rp.notices.conftest import VERA_MAIL, VERA_PHONE, House

AT_FIRST = {"requests-email", "recommendations-cabinet", "protocols-cabinet"}


def ticked(page: str) -> set[str]:
    """The boxes of the form that are ticked and can be changed."""
    boxes = [part.partition(">")[0] for part in page.split('<input type="checkbox"')[1:]]
    return {box.split('name="')[1].partition('"')[0] for box in boxes if " checked" in box and " disabled" not in box}


@pytest.mark.parametrize("topic", ["recommendations", "protocols"])
@pytest.mark.parametrize("channels", [(), ("cabinet",), ("email",), ("sms",), ("email", "sms"), ("cabinet", "email", "sms")])
def test_r152_publication_reaches_subscribers_by_their_channels_and_nobody_else(
    house: House, topic: str, channels: tuple[str, ...]
) -> None:
    browser = house.signed_in()
    house.save(browser, *(f"{topic}-{channel}" for channel in channels))
    house.publish(Topic(topic))
    house.publish(Topic.PROTOCOLS if topic == "recommendations" else Topic.RECOMMENDATIONS, subject="Другое")
    to_vera = [(message.channel, message.address) for message in house.sent()]
    addresses = {"email": VERA_MAIL, "sms": VERA_PHONE}
    assert to_vera == [(channel, addresses[channel]) for channel in channels if channel != "cabinet"], "the others chose nothing"
    page = browser.get("/notices").text
    assert ("Прививка от гриппа" in page) == ("cabinet" in channels)
    assert "Другое" not in page


def test_r152_form_shows_what_was_chosen_and_the_journal_tells_what_changed(house: House) -> None:
    browser = house.signed_in()
    assert ticked(browser.get("/notices/settings").text) == AT_FIRST
    answer = house.save(browser, "requests-email", "protocols-sms")
    assert answer.status_code == 303
    page = browser.get(answer.headers["Location"]).text
    assert "Настройки сохранены" in page
    assert ticked(page) == {"requests-email", "protocols-sms"}
    with house.stand.realm.database.read() as connection:
        detail = connection.exec_driver_sql("SELECT detail FROM journal WHERE action = 'notices_chosen'").scalar_one()
    assert '"protocols.sms":"on"' in detail and '"recommendations.cabinet":"off"' in detail and "requests" not in detail
    house.save(browser, "requests-email", "protocols-sms")
    with house.stand.realm.database.read() as connection:
        count = connection.exec_driver_sql("SELECT count(*) FROM journal WHERE action = 'notices_chosen'").scalar_one()
    assert count == 1, "nothing changed the second time"


def test_answer_to_a_request_is_in_the_cabinet_whatever_was_sent(house: House) -> None:
    browser = house.signed_in()
    house.save(browser)
    house.tell()
    assert house.sent() == []
    assert "Решение по заявлению" in browser.get("/notices").text


def test_box_without_an_address_is_shut_says_why_and_keeps_what_was_chosen(house: House) -> None:
    browser = house.signed_in()
    house.save(browser, "requests-email", "protocols-sms")
    realm = house.stand.realm
    with realm.database.write() as connection:
        change_person(connection, realm, house.vera.id, {"phone": None}, author="operator:test")
    page = browser.get("/notices/settings").text
    assert "Номера телефона в регистре нет." in page and "Не все способы доступны" in page
    assert ticked(page) == {"requests-email"}
    house.save(browser, "requests-email")
    with realm.database.write() as connection:
        change_person(connection, realm, house.vera.id, {"phone": VERA_PHONE}, author="operator:test")
    assert ticked(browser.get("/notices/settings").text) == {"requests-email", "protocols-sms"}


def test_form_without_its_token_changes_nothing(house: House) -> None:
    browser = house.signed_in()
    assert browser.client.post("/notices/settings", data={"protocols-sms": "1"}).status_code == 403
    assert ticked(browser.get("/notices/settings").text) == AT_FIRST
