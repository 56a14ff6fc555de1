"""RP-14: many pages at once, and one renewal of the tokens behind them; on SQLite and on PostgreSQL."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from ground.database import table_of
from rp.access.models import SessionRow
from rp.access.renewal import RENEW_AFTER_SECONDS
from rp.access.session import end_sessions_of, find_session
from tests.rp.conftest import Browser, Stand
from tests.rp.fake_provider import ISSUER, Claims

PAGES = 20
SESSIONS = table_of(SessionRow)


@pytest.fixture
def stand(both_stands: Stand) -> Stand:
    both_stands.provider.refresh_token = "refresh-0"
    return both_stands


def load_pages(browser: Browser, count: int = PAGES) -> list[int]:
    """Open the cabinet that often at the same moment, each in a tab of the same browser."""
    cookie = browser.client.get_cookie("rp_session")
    assert cookie is not None
    start = threading.Barrier(count)

    def load(_number: int) -> int:
        tab = browser.stand.browser()
        tab.client.set_cookie("rp_session", cookie.value)
        start.wait()
        return tab.get("/").status_code

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(load, range(count)))


def test_rp_14_twenty_pages_at_once_renew_the_tokens_once_and_all_are_answered(browser: Browser) -> None:
    browser.sign_in()
    browser.stand.app()
    for number in range(3):
        browser.stand.clock.advance(RENEW_AFTER_SECONDS)
        assert load_pages(browser) == [200] * PAGES
        assert browser.stand.provider.refreshed == [f"refresh-{each}" for each in range(number + 1)]


def test_rp_14_pages_do_not_wait_for_the_one_that_renews(browser: Browser) -> None:
    """The provider answers only when every other page is there."""
    browser.sign_in()
    browser.stand.clock.advance(RENEW_AFTER_SECONDS)
    others, all_there = threading.Semaphore(0), []

    def wait_for_the_others() -> None:
        all_there.extend(others.acquire(timeout=30) for _ in range(PAGES - 1))

    browser.stand.provider.while_refreshing = wait_for_the_others
    cookie = browser.client.get_cookie("rp_session")
    assert cookie is not None

    def load(_number: int) -> int:
        tab = browser.stand.browser()
        tab.client.set_cookie("rp_session", cookie.value)
        status = tab.get("/").status_code
        others.release()
        return status

    with ThreadPoolExecutor(PAGES) as pool:
        assert list(pool.map(load, range(PAGES))) == [200] * PAGES
    assert all_there == [True] * (PAGES - 1)
    assert len(browser.stand.provider.refreshed) == 1


def test_rp_14_refusal_of_the_provider_ends_the_session_once_and_leads_every_page_to_sign_in(browser: Browser) -> None:
    browser.sign_in()
    browser.stand.provider.refresh_token = "another"
    browser.stand.clock.advance(RENEW_AFTER_SECONDS)
    assert set(load_pages(browser)) <= {200, 302}
    assert len(browser.stand.provider.refreshed) == 1
    assert browser.get("/").status_code == 302


def test_rp_11_session_that_is_ended_while_its_tokens_are_renewed_stays_ended(browser: Browser) -> None:
    browser.sign_in()
    browser.stand.clock.advance(RENEW_AFTER_SECONDS)

    def sign_out() -> None:
        realm = browser.stand.realm
        with realm.database.write() as connection:
            assert end_sessions_of(connection, realm, issuer=ISSUER, subject=None, provider_session="sid-1") == 1

    browser.stand.provider.while_refreshing = sign_out
    browser.get("/")
    with browser.stand.realm.database.read() as connection:
        row = connection.execute(select(SESSIONS.c.sealed, SESSIONS.c.ended_at)).one()
    assert row.sealed == b""
    assert row.ended_at is not None
    assert browser.get("/").status_code == 302


def test_rp_12_renewed_tokens_are_in_no_page_and_not_in_the_database(browser: Browser) -> None:
    issued: list[str] = []

    def keep(answer: Claims) -> Claims:
        issued.extend(answer[name] for name in ("access_token", "refresh_token"))
        return answer

    browser.stand.provider.spoil_tokens = keep
    browser.sign_in()
    browser.stand.clock.advance(RENEW_AFTER_SECONDS)
    page = browser.get("/")
    with browser.stand.realm.database.read() as connection:
        stored = b"".join(row.sealed for row in connection.execute(select(SESSIONS.c.sealed)))
    assert len(issued) == 4
    assert not [token for token in issued if token in page.text + str(page.headers) or token.encode() in stored]


WORK = [{"ogrn": "1000000000175", "name": "ООО «Учебная поликлиника», г. Выдуманск", "position": "Врач"}]


def organisations_of(browser: Browser) -> tuple[str, ...]:
    """What the registry believes of the session of this browser after one more page."""
    browser.get("/")
    cookie = browser.client.get_cookie("rp_session")
    assert cookie is not None
    session = find_session(browser.stand.realm, cookie.value)
    assert session is not None
    return session.ogrns


def test_who_left_an_organisation_has_lost_the_workplace_a_minute_later(browser: Browser) -> None:
    browser.stand.provider.person["organisations"] = WORK
    browser.sign_in()
    browser.stand.provider.person["organisations"] = []
    browser.stand.clock.advance(RENEW_AFTER_SECONDS - 1)
    assert organisations_of(browser) == ("1000000000175",)
    browser.stand.clock.advance(1)
    assert organisations_of(browser) == ()


def test_who_works_nowhere_is_asked_about_once_only(browser: Browser) -> None:
    browser.sign_in()
    browser.stand.clock.advance(RENEW_AFTER_SECONDS)
    browser.get("/")
    assert browser.stand.provider.calls.count("/oauth2/userinfo") == 1


def test_provider_that_cannot_say_for_whom_somebody_works_changes_nothing(browser: Browser) -> None:
    browser.stand.provider.person["organisations"] = WORK
    browser.sign_in()
    browser.stand.provider.broken["/oauth2/userinfo"] = ("500 Internal Server Error", b"")
    for _ in range(2):
        browser.stand.clock.advance(RENEW_AFTER_SECONDS)
        assert organisations_of(browser) == ("1000000000175",)
    assert browser.stand.provider.refreshed == ["refresh-0", "refresh-1"]


def test_rp_07_userinfo_of_another_subject_at_a_renewal_ends_the_session(browser: Browser) -> None:
    browser.stand.provider.person["organisations"] = WORK
    browser.sign_in()
    browser.stand.provider.spoil_userinfo = lambda claims: {**claims, "sub": "subject-pyotr"}
    browser.stand.clock.advance(RENEW_AFTER_SECONDS)
    assert browser.get("/").status_code == 302
