"""The inbox of the cabinet: newest first, in pages, one's own only."""

import pytest

from rp.notices.inbox import PAGE_LENGTH
from rp.patients.directory import find_by_snils
from tests.rp.fake_provider import STRANGER
from tests.rp.notices.conftest import House
from tests.rp.notices.test_telling import ids


def test_newest_is_on_top_and_older_ones_are_on_further_pages(house: House) -> None:
    for number in range(PAGE_LENGTH + 2):
        house.tell(subject=f"Сообщение {number}.")
    browser = house.signed_in()
    first, second = browser.get("/notices").text, browser.get("/notices?page=2").text
    assert len(ids(first)) == PAGE_LENGTH and f"Сообщение {PAGE_LENGTH + 1}." in first and "Сообщение 0." not in first
    assert len(ids(second)) == 2 and "Сообщение 0." in second
    assert 'id="older"' in first and 'id="newer"' in second and 'id="older"' not in second
    assert "Страница 1 из 2" in first


@pytest.mark.parametrize("page", ["0", "2", "x", "-1", "", "9" * 7, "١"])
def test_page_that_is_not_there_is_not_found(house: House, page: str) -> None:
    assert house.signed_in().get("/notices", query_string={"page": page}).status_code == 404


def test_everything_is_marked_as_read_by_one_press(house: House) -> None:
    house.tell()
    house.tell()
    browser = house.signed_in()
    assert "Непрочитанных: 2." in browser.get("/notices").text
    answer = house.post(browser, "/notices", "/notices/read")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/notices")
    page = browser.get("/notices").text
    assert "Всё прочитано." in page and 'id="read-all"' not in page


def test_navigation_of_every_section_says_how_much_is_unread(house: House) -> None:
    browser = house.signed_in()
    assert "Уведомления</a>" in browser.get("/notices/settings").text
    house.tell()
    house.tell()
    assert "Уведомления, 2</a>" in browser.get("/notices/settings").text


def test_rg_01_notice_of_somebody_else_is_as_one_that_is_not_there(house: House) -> None:
    realm = house.stand.realm
    with realm.database.read() as connection:
        pyotr = find_by_snils(connection, realm, "000-000-018 00")
    house.tell(pyotr, subject="Не ваше")
    with realm.database.read() as connection:
        other = connection.exec_driver_sql("SELECT id FROM notices").scalar_one()
    browser = house.signed_in()
    assert "Не ваше" not in browser.get("/notices").text
    foreign, missing = browser.get(f"/notices/{other}"), browser.get(f"/notices/{'0' * len(other)}")
    assert (foreign.status_code, missing.status_code) == (404, 404)
    with realm.database.read() as connection:
        assert connection.exec_driver_sql("SELECT read_at FROM notices").scalar_one() is None


@pytest.mark.parametrize("path", ["/notices", "/notices/settings", "/notices/1"])
def test_nobody_reads_it_without_a_session(house: House, path: str) -> None:
    answer = house.stand.browser().get(path)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(house.stand.realm.settings.issuer)


@pytest.mark.parametrize("path", ["/notices", "/notices/settings"])
def test_whoever_the_registry_does_not_know_is_led_to_their_records(house: House, path: str) -> None:
    house.stand.provider.person = dict(STRANGER)
    browser = house.signed_in()
    page = browser.get(path)
    assert page.status_code == 403
    assert "Уведомления приходят тем, кого регистр знает." in page.text and 'href="/linking"' in page.text


def test_text_of_a_notice_is_shown_as_text(house: House) -> None:
    house.tell(subject="<b>Тема</b>", text="<script>alert(1)</script>")
    browser = house.signed_in()
    (notice_id,) = ids(browser.get("/notices").text)
    page = browser.get(f"/notices/{notice_id}").text
    assert "&lt;script&gt;" in page and "<script>alert" not in page and "<b>Тема" not in page
