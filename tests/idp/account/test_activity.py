"""«Активность»: each event of one's own in plain words, and nobody else's."""

import re

import pytest

from idp.account import activity
from idp.audit import Event, asked_from, record
from idp.authentication.methods import METHODS
from tests.browser import Browser
from tests.idp.stand import Stand

PAGE = "http://localhost:8400/account/activity"


def entered(stand: Stand, login: str = "vera@example.test") -> Browser:
    browser = stand.browser().open(PAGE)
    stand.sign_in(browser, login=login)
    return browser


def sentences(browser: Browser) -> list[str]:
    return re.findall(r'<th scope="row">(.*?)</th>', browser.answer.text)


def test_i30_every_event_has_a_sentence_or_is_nothing_of_a_citizens() -> None:
    """Whoever adds an event says here what its owner reads, in idp/account/activity.py."""
    assert set(Event) == set(activity.SENTENCES) | activity.NOT_THEIRS
    assert not set(activity.SENTENCES) & activity.NOT_THEIRS
    assert all(activity.OTHERWISE in sentences for sentences in activity.SENTENCES.values())


def test_i30_what_happened_is_told_newest_first_with_address_and_time(stand: Stand) -> None:
    browser = stand.browser().open(stand.authorize_url(scope="openid", acr_values="substantial"))
    stand.sign_in(browser, password="not-the-password-17")
    stand.sign_in(browser)
    browser.submit("code-form", "submit", code=stand.last_code())
    if "consent" in browser.forms():
        browser.submit("consent", "allow")
    browser.open(PAGE)
    told = sentences(browser)
    assert told.index("Вход выполнен") < told.index("Введён верный код") < told.index("Отправлен код: SMS")
    assert told.index("Введён верный пароль") < told.index("Введён неверный пароль")
    assert told[-1] == "Учётная запись создана" or "Раньше" in browser.answer.text
    assert '<td data-label="Адрес">127.0.0.1</td><td data-label="Когда">' in browser.answer.text
    assert "Учебная поликлиника" in browser.answer.text
    english = browser.open(f"{PAGE}?lang=en")
    assert "Signed in" in sentences(english)


@pytest.mark.parametrize(
    ("event", "outcome", "done"),
    [
        (Event.IDENTITY_PROVED, "document_differs", "Личность подтверждена"),
        (Event.ROLE_GIVEN, "own", "Добавлена роль"),
        (Event.ROLE_TAKEN, "last_administrator", "Убрана роль"),
        (Event.METHOD_ENROLLED, "cannot_link", "Добавлен способ входа"),
        (Event.CONSENT_SIGNED, "other_person", "Согласие подписано"),
        (Event.CHILD_ADDED, "taken", "Добавлен ребёнок"),
    ],
)
def test_i30_what_was_refused_is_not_told_as_done(stand: Stand, event: Event, outcome: str, done: str) -> None:
    """An operator holds another's passport against Vera's account and is refused: she read that her identity was proved."""
    vera = f"citizen:{stand.citizen('vera@example.test')}"
    with stand.realm.database.write() as connection:
        record(stand.realm, connection, event, actor="citizen:somebody", object=vera, outcome=outcome)
    refused = activity.sentence_of(event, outcome).message
    assert activity.sentence_of(event, "done").message.startswith(done) and not refused.startswith(done)
    assert any(sentence.startswith(refused.partition("%")[0]) for sentence in sentences(entered(stand)))


def test_i30_nobody_reads_of_another(stand: Stand) -> None:
    vera, maya = f"citizen:{stand.citizen('vera@example.test')}", f"citizen:{stand.citizen('maya@example.test')}"
    with asked_from("203.0.113.7"), stand.realm.database.write() as connection:
        # Maya is of the staff, and did this to Vera from her desk.
        record(stand.realm, connection, Event.INCIDENT_OPENED, actor=maya, object=vera)
        record(stand.realm, connection, Event.INCIDENT_CLOSED, actor=maya, object=vera)
    of_vera, of_maya = entered(stand), entered(stand, "maya@example.test")
    assert "Служба безопасности остановила вход" in sentences(of_vera)
    assert "203.0.113.7" not in of_vera.answer.text
    assert "Служба безопасности остановила вход" not in sentences(of_maya)
    assert "203.0.113.7" not in of_maya.answer.text
    assert vera not in of_maya.answer.text and maya not in of_vera.answer.text


def test_i30_many_events_stand_on_several_pages(stand: Stand) -> None:
    vera = f"citizen:{stand.citizen('vera@example.test')}"
    with stand.realm.database.write() as connection:
        for _ in range(2 * activity.ON_A_PAGE):
            record(stand.realm, connection, Event.PASSWORD_CHANGED, actor=vera, object=vera)
    browser = entered(stand)
    everything, pages = sentences(browser), 1
    assert len(everything) == activity.ON_A_PAGE
    while older := re.search(r'id="older" href="([^"]+)"', browser.answer.text):
        browser.open("http://localhost:8400" + older[1])
        everything, pages = [*everything, *sentences(browser)], pages + 1
    assert pages == 3
    assert everything.count("Пароль изменён") == 2 * activity.ON_A_PAGE
    assert everything[-1] == "Учётная запись создана"
    assert 'id="newest"' in browser.answer.text


@pytest.mark.parametrize("before", ["", "x", "-1", "9" * 19, "9" * 40, "1%00", "٣"])
def test_page_that_cannot_be_is_no_fault(stand: Stand, before: str) -> None:
    assert entered(stand).open(f"{PAGE}?before={before}").status == 200


def test_sentences_name_what_the_page_knows() -> None:
    texts = [text.message for sentences in activity.SENTENCES.values() for text in sentences.values()]
    named = {name[2:-2] for text in texts for name in re.findall(r"%\(\w+\)s", text)}
    assert named == {"way", "channel", "client"}
    assert all(str(method.title) for method in METHODS)
