"""Which language and theme a page has, and how it writes dates, numbers and counted words."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ground.web import language


def language_of(client: FlaskClient, path: str = "/", **headers: str) -> str:
    answer = client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    assert answer.headers["Content-Language"] in answer.text
    return answer.headers["Content-Language"]


def test_russian_is_the_default(client: FlaskClient) -> None:
    assert language_of(client) == "ru"
    assert language_of(client, Accept_Language="fr-FR,de;q=0.5") == "ru"


def test_browser_setting_is_the_weakest_choice(client: FlaskClient) -> None:
    assert language_of(client, Accept_Language="en-US,en;q=0.9") == "en"
    client.set_cookie("idp_language", "ru")
    assert language_of(client, Accept_Language="en-US,en;q=0.9") == "ru"
    assert language_of(client, "/?lang=en") == "en"


def test_language_chosen_in_the_address_is_remembered(client: FlaskClient) -> None:
    assert language_of(client, "/?lang=en") == "en"
    assert language_of(client) == "en"


def test_language_we_do_not_have_changes_nothing(client: FlaskClient) -> None:
    client.set_cookie("idp_language", "en")
    assert language_of(client, "/?lang=fr") == "en"
    client.set_cookie("idp_language", "<script>")
    assert language_of(client) == "ru"


@pytest.mark.parametrize(("tags", "chosen"), [("en", "en"), ("en-GB ru", "en"), ("fr-CA ru en", "ru"), ("fr", "ru")])
def test_application_can_hand_over_ui_locales(client: FlaskClient, tags: str, chosen: str) -> None:
    assert language_of(client, f"/locales/{tags}") == chosen
    assert language_of(client) == chosen


def test_english_page_is_english(client: FlaskClient) -> None:
    text = client.get("/?lang=en").text
    assert '<html lang="en"' in text
    assert "Test stand. This is not Gosuslugi." in text
    assert ". Propusk, test stand</title>" in text


def test_error_page_is_in_the_language_of_the_person(client: FlaskClient) -> None:
    assert "Technical trouble" in client.get("/fault?lang=en").text


def test_language_link_keeps_path_and_query(client: FlaskClient) -> None:
    text = client.get("/page/plain?state=a%26b&x=1&x=2&lang=ru").text
    assert 'href="/page/plain?state=a%26b&amp;x=1&amp;x=2&amp;lang=en"' in text


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_theme_is_a_cookie_set_by_a_link(client: FlaskClient, theme: str) -> None:
    answer = client.get(f"/page/plain?x=1&theme={theme}")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/page/plain?x=1"
    assert f'data-theme="{theme}"' in client.get("/").text


def test_theme_of_the_system_forgets_the_choice(client: FlaskClient) -> None:
    client.get("/?theme=dark")
    client.get("/?theme=system")
    assert "data-theme" not in client.get("/").text


def test_theme_we_do_not_have_is_left_to_the_page(client: FlaskClient) -> None:
    assert client.get("/?theme=purple").status_code == 200
    client.set_cookie("idp_theme", '"><script>')
    assert "data-theme" not in client.get("/").text


@pytest.mark.parametrize("path", ["//evil.test/", "/\\evil.test/", "///evil.test"])
def test_theme_link_never_leads_to_another_host(app: Flask, path: str) -> None:
    from ground.web.theme import own_address

    with app.test_request_context("/", environ_overrides={"PATH_INFO": path}):
        address = own_address(theme=None)
    assert address.startswith("/")
    assert not address.startswith(("//", "/\\"))


def in_language(app: Flask, tag: str, write: Callable[[], str]) -> str:
    with app.test_request_context("/", headers={"Accept-Language": tag}):
        return write()


@pytest.mark.parametrize(
    ("write", "russian", "english"),
    [
        (lambda: language.format_day("2026-02-14"), "14 февраля 2026", "14 February 2026"),
        (lambda: language.format_day(date(2026, 2, 14)), "14 февраля 2026", "14 February 2026"),
        (lambda: language.format_day(datetime(2026, 2, 13, 22, 30, tzinfo=UTC)), "14 февраля 2026", "14 February 2026"),
        (lambda: language.format_day_of_year("2026-10-30"), "30 октября", "30 October"),
        (lambda: language.format_short_day("2026-10-30"), "30.10.2026", "30 Oct 2026"),
        (lambda: language.format_moment(1795367762), "22 ноября 2026, 20:16", "22 November 2026, 20:16"),
        (lambda: language.format_time("2026-11-22T17:16:02Z"), "20:16", "20:16"),
        (lambda: language.format_machine(1795367762), "2026-11-22T20:16:02+03:00", "2026-11-22T20:16:02+03:00"),
        (lambda: language.format_machine(date(2026, 2, 14)), "2026-02-14", "2026-02-14"),
        (lambda: language.format_number(10109), "10\u00a0109", "10,109"),
        (lambda: language.format_change(307), "+307", "+307"),
        (lambda: language.format_change(-42), "−42", "−42"),
        (lambda: language.format_change(0), "0", "0"),
    ],
)
def test_dates_and_numbers_follow_the_language(app: Flask, write: Callable[[], str], russian: str, english: str) -> None:
    assert in_language(app, "ru", write) == russian
    assert in_language(app, "en", write) == english


def test_day_has_no_time() -> None:
    with pytest.raises(TypeError):
        language.format_time(date(2026, 2, 14))


def test_constant_in_a_template_is_written_in_the_language_of_each_request(demo: Callable[[str], FlaskClient]) -> None:
    """Jinja computed `"2026-10-30" | day_of_year` once, when the template was compiled: an English first visitor made
    the page of everybody after say «30 October»."""
    client = demo("registry")
    assert "30 October" in client.get("/page/cabinet?lang=en").text
    assert "30 октября" in client.get("/page/cabinet?lang=ru").text


@pytest.mark.parametrize(
    ("number", "word"),
    [(1, "1 попытка"), (3, "3 попытки"), (5, "5 попыток"), (11, "11 попыток"), (21, "21 попытка"), (0, "0 попыток")],
)
def test_counted_word_has_its_russian_form(number: int, word: str) -> None:
    assert language.counted(number, "%(number)s попытка|%(number)s попытки|%(number)s попыток") == word


def test_message_is_formatted_as_in_a_template() -> None:
    assert language.gettext("100%%, %(name)s", name="Вера") == "100%, Вера"
    assert language.gettext("100%%") == "100%"


def test_marked_message_is_translated_when_it_is_shown(app: Flask) -> None:
    marked = language.lazy_gettext("Технические неполадки")
    assert in_language(app, "en", lambda: str(marked)) == "Technical trouble"
    assert in_language(app, "ru", lambda: str(marked)) == "Технические неполадки"
