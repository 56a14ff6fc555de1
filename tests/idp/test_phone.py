"""The telephone of any test person: what it shows, to whom, and that waiting for it leaves room for others."""

import re
import threading
from html.parser import HTMLParser

import pytest

from ground.clock import FixedClock
from ground.message import CODE
from idp.control import phone
from idp.control.phone import MOST_WAITING
from idp.settings import RequestJournal
from tests.browser import Browser
from tests.idp.stand import CONTROL, CONTROL_TOKEN, Stand

BEARER = {"Authorization": f"Bearer {CONTROL_TOKEN}"}
VERA, PYOTR = "+70000000017", "+70000000018"
VERA_MAIL = "vera@example.test"
DAY = 24 * 60 * 60


class Messages(HTMLParser):
    """The messages of a page, newest first, as a test of somebody else would read them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.bubbles: list[dict[str, str]] = []
        self.news: dict[str, str] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if given.get("id") == "news":
            self.news = given
        if "data-number" in given:
            self.bubbles.append(given)
        for name in ("data-code", "datetime"):
            if name in given and self.bubbles:
                self.bubbles[-1][name] = given[name]

    def all(self, name: str) -> list[str]:
        return [bubble[name] for bubble in self.bubbles]


@pytest.fixture
def control(stand: Stand) -> Browser:
    """Somebody with the token at the control plane."""
    browser = stand.control()
    browser.session.headers.update(BEARER)
    return browser


@pytest.fixture
def slow_clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Waiting takes no time, and the time it would have taken is written down."""
    now = [0.0]

    def wait(seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr(phone, "monotonic_seconds", lambda: now[0])
    monkeypatch.setattr(phone, "wait", wait)
    return now


def post(stand: Stand, address: str, text: str, subject: str | None = None) -> None:
    channel = "email" if "@" in address else "sms"
    with stand.realm.database.write() as connection:
        stand.realm.outbox.post(connection, channel=channel, address=address, text=text, subject=subject)


def read(control: Browser, path: str = "", **query: object) -> Messages:
    control.open(f"{CONTROL}/phone{path}", params=query)
    assert control.status == 200, control.text
    return Messages(control.answer.text)


def test_code_of_a_sign_in_is_on_the_page_for_people_and_for_tests(stand: Stand, control: Browser) -> None:
    stand.sign_in(stand.browser().open(stand.authorize_url(acr_values="substantial")))
    page = read(control)
    assert page.all("data-code") == [stand.last_code()]
    assert page.all("data-channel") == ["sms"]
    assert page.all("datetime") == ["2026-11-22T12:33:20+03:00"]
    assert "сегодня, 12:33" in control.text
    assert "Никому его не называйте." in control.text
    assert "Телефон: Вера Р." in control.text
    assert stand.last_code() not in control.title


def test_newest_message_is_on_top_and_mail_has_a_screen_of_its_own(stand: Stand, control: Browser) -> None:
    post(stand, VERA, "Первое.")
    post(stand, VERA_MAIL, "Второе.", "Тема письма")
    post(stand, VERA, "Третье.")
    page = read(control)
    assert page.all("data-number") == ["3", "1", "2"]
    assert page.all("data-channel") == ["sms", "sms", "email"]
    assert "Сообщений нет" not in control.text
    assert "Писем нет" not in control.text
    assert "<h3>Тема письма</h3>" in control.answer.text


def test_mail_is_shown_as_text_and_a_link_is_neither_followed_nor_cut(stand: Stand, control: Browser) -> None:
    post(stand, VERA_MAIL, "<b>Откройте</b> https://idp.test/confirm/123456?code=654321&x=1\nСпасибо.", "<i>Тема</i>")
    assert "data-code" not in read(control).bubbles[0]
    assert "&lt;b&gt;Откройте&lt;/b&gt; https://idp.test/confirm/123456?code=654321&amp;x=1\nСпасибо." in control.answer.text
    assert "&lt;i&gt;Тема&lt;/i&gt;" in control.answer.text
    assert 'href="https://idp.test' not in control.answer.text


@pytest.mark.parametrize(
    ("text", "code"),
    [("код для входа 407193. Действует", "407193"), ("«407193»", "407193"), ("407193", "407193"), ("Код:407193, да", "407193"),
     ("1234567", None), ("+407193", None), ("С-000017", None), ("abc123456", None), ("https://idp.test/407193", None),
     ("https://idp.test/?code=407193&x", None), ("٤٠٧١٩٣", None)],
)  # fmt: skip
def test_code_is_six_digits_that_stand_alone(text: str, code: str | None) -> None:
    found = CODE.search(text)
    assert (found and found[1]) == code


def test_whoever_got_the_newest_message_is_chosen_when_nobody_is_named(stand: Stand, control: Browser) -> None:
    post(stand, VERA, "Вере.")
    post(stand, "pyotr@example.test", "Петру.")
    post(stand, "nobody@example.test", "Никому.")
    read(control)
    assert "Телефон: Пётр Н." in control.text
    assert "Вере." not in control.text


def test_address_names_the_person_and_the_form_leads_there(stand: Stand, control: Browser) -> None:
    post(stand, VERA, "Вере.")
    maya = stand.citizen("maya@example.test")
    assert read(control, who=maya).bubbles == []
    assert control.url == f"{CONTROL}/phone/{maya}"
    assert "Телефон: Майя О." in control.text
    assert "Сообщений нет" in control.text
    assert "Писем нет" in control.text
    assert len(read(control, f"/{stand.citizen(VERA)}").bubbles) == 1


@pytest.mark.parametrize("path", ["/phone/nobody", "/phone/nobody/messages", "/phone?who=nobody"])
def test_phone_of_nobody_is_not_found(control: Browser, path: str) -> None:
    assert control.open(CONTROL + path).status == 404


@pytest.mark.parametrize("path", ["/phone", "/phone/messages", "/phone/{}", "/phone/{}/messages"])
def test_lb_05_phone_is_for_whoever_has_the_token(stand: Stand, path: str) -> None:
    post(stand, VERA, "Только для своих.")
    browser = stand.control().open(CONTROL + path.format(stand.citizen(VERA)))
    assert browser.status == 403
    assert "Только для своих" not in browser.text


def test_page_says_when_a_message_came_as_a_telephone_does(stand: Stand, control: Browser) -> None:
    clock = stand.clock
    assert isinstance(clock, FixedClock)
    for days in (400, 20, 1, 0):
        clock.advance(-days * DAY)
        post(stand, VERA, "Сообщение.")
        clock.advance(days * DAY)
    read(control)
    said = re.findall(r"<time[^>]*>([^<]+)</time>", control.answer.text)
    assert said == ["сегодня, 12:33", "вчера, 12:33", "2 ноября, 12:33", "18 октября 2025, 12:33"]
    control.open(f"{CONTROL}/phone?lang=en")
    said = re.findall(r"<time[^>]*>([^<]+)</time>", control.answer.text)
    assert said == ["today, 12:33", "yesterday, 12:33", "2 November, 12:33", "18 October 2025, 12:33"]
    assert "New messages appear by themselves." in control.answer.text


def test_news_are_drawn_as_on_the_page(stand: Stand, control: Browser) -> None:
    post(stand, VERA, "Пропуск: код для входа 407193. Действует 5 минут.")
    post(stand, VERA_MAIL, "Текст.", "Тема")
    bubbles = re.compile(r'<li class="bubble".*?</li>', re.DOTALL)
    read(control)
    drawn = sorted(bubbles.findall(control.answer.text))
    news = read(control, "/messages", after=0).news
    assert sorted(bubbles.findall(control.answer.text)) == drawn
    assert len(drawn) == 2
    assert (news["data-last"], news["data-person"], news["data-clock"]) == ("2", stand.citizen(VERA), "12:33")


def test_news_are_those_after_a_number_and_to_one_person(stand: Stand, control: Browser) -> None:
    vera = stand.citizen(VERA)
    for address in (VERA, PYOTR, VERA):
        post(stand, address, "Сообщение.")
    assert read(control, f"/{vera}/messages", after=1).all("data-number") == ["3"]
    assert read(control, f"/{vera}/messages", after=3).bubbles == []
    assert read(control, f"/{stand.citizen(PYOTR)}/messages").all("data-number") == ["2"]


@pytest.mark.parametrize("query", ["after=x", "after=-1", "wait_for=soon", "after=" + "9" * 13])
def test_junk_is_a_bad_request(control: Browser, query: str) -> None:
    assert control.open(f"{CONTROL}/phone/messages?{query}").status == 400


def test_waiting_ends_as_soon_as_a_message_comes(stand: Stand, control: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting, arrived, answers = threading.Event(), threading.Event(), []

    def wait(_seconds: float) -> None:
        waiting.set()
        assert arrived.wait(20)

    monkeypatch.setattr(phone, "wait", wait)
    path = f"/{stand.citizen(VERA)}/messages"
    poll = threading.Thread(target=lambda: answers.append(read(control, path, wait_for=10)))
    poll.start()
    assert waiting.wait(20), "nothing is there yet, so it waits"
    assert not answers
    post(stand, VERA, "Пришло.")
    arrived.set()
    poll.join(20)
    assert answers[0].all("data-number") == ["1"]


def test_message_to_somebody_else_does_not_end_the_waiting(stand: Stand, control: Browser, slow_clock: list[float]) -> None:
    post(stand, VERA, "Вере.")
    page = read(control, f"/{stand.citizen(PYOTR)}/messages", wait_for=10)
    assert page.bubbles == []
    assert page.news["data-last"] == "1"
    assert 10 <= slow_clock[0] < 11


def test_nobody_waits_longer_than_the_limit(control: Browser, slow_clock: list[float]) -> None:
    read(control, "/messages", wait_for=999_999)
    assert 10 <= slow_clock[0] < 11


def test_outbox_that_was_emptied_is_told_at_once(stand: Stand, control: Browser, slow_clock: list[float]) -> None:
    """After a reset numbers begin anew: a page that still asks for those above an old one would never hear again."""
    assert read(control, "/messages", after=41, wait_for=10).news["data-last"] == "0"
    assert slow_clock[0] == 0


def test_phones_that_wait_never_take_more_than_half_of_the_threads(
    stand: Stand, control: Browser, slow_clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stand.settings.control_threads >= 2 * MOST_WAITING
    monkeypatch.setattr(phone, "_places_to_wait", threading.BoundedSemaphore(1))
    with phone._places_to_wait:
        read(control, "/messages", wait_for=10)
        assert slow_clock[0] == 0, "answered at once: no place to wait was left"
    read(control, "/messages", wait_for=10)
    assert slow_clock[0] >= 10, "the place is free again"
    assert phone._places_to_wait.acquire(blocking=False), "and given back"


def test_page_works_without_a_script(stand: Stand, control: Browser) -> None:
    vera = stand.citizen(VERA)
    read(control, f"/{vera}")
    assert f'<a id="refresh" href="/phone/{vera}">Обновить</a>' in control.answer.text
    assert "Чтобы увидеть новые сообщения, обновите страницу." in control.text
    assert control.forms()["choose"].action == f"{CONTROL}/phone"
    assert 'id="why"' not in control.answer.text, "this stand keeps no requests that could be explained"


@pytest.mark.parametrize("stand_settings", [{"request_journal": RequestJournal(enabled=True)}])
def test_page_leads_to_the_refused_requests(stand_settings: dict[str, object], stand: Stand, control: Browser) -> None:
    read(control, "")
    assert '<a id="why" href="/why">' in control.answer.text
    assert "Отклонённых запросов нет" in control.open(f"{CONTROL}/why").text


def test_waiting_ends_as_soon_as_a_notice_comes_or_goes(stand: Stand, control: Browser, slow_clock: list[float]) -> None:
    vera = f"/{stand.citizen(VERA)}/messages"
    version = read(control, vera).news["data-application"]
    read(control, vera, application=version, wait_for=10)
    assert slow_clock[0] >= 10, "nothing is new"
    browser = stand.browser().open(stand.authorize_url(acr_values="substantial"))
    attempt = browser.url.rpartition("/")[0]
    stand.sign_in(browser).open(f"{attempt}/push")
    slow_clock[0] = 0
    after = read(control, vera).news["data-last"]
    page = read(control, vera, application=version, after=after, wait_for=10)
    assert slow_clock[0] == 0
    assert "Это вы входите?" in control.text
    assert page.news["data-application"] != version
    stand.clock.advance(120)
    assert (
        read(control, vera, application=page.news["data-application"], after=after, wait_for=10).news["data-application"]
        == version
    )
    assert slow_clock[0] == 0
    pyotr = f"/{stand.citizen(PYOTR)}/messages"
    read(control, pyotr, application=read(control, pyotr).news["data-application"], after=after, wait_for=10)
    assert slow_clock[0] >= 10, "notices to somebody else are no news"


def test_whoever_has_no_account_yet_has_a_telephone_too(stand: Stand, control: Browser) -> None:
    """Somebody signs up by hand at a stand and looks for their code."""
    form = {"family_name": "Кактусова", "given_name": "Лия", "phone": "+7 0009161234", "new-password": "одуванчик у дороги"}
    browser = stand.browser().open(f"{stand.issuer}/register")
    browser.submit("register", "submit", **form, **{"new-password-again": form["new-password"]})
    control.open(f"{CONTROL}/phone?who=newcomer")
    assert control.url == f"{CONTROL}/phone/newcomer"
    assert f'data-code="{stand.last_code()}"' in control.answer.text
    assert "код для регистрации" in control.open(f"{CONTROL}/phone/newcomer/messages").text
    browser.submit("codes", "submit", sms=stand.last_code())
    assert "код для регистрации" not in control.open(f"{CONTROL}/phone/newcomer").text, "now it is somebody's"
