"""The cabinet, as the person sees it."""

import re

import pytest
from sqlalchemy import select

from rp.database import JOURNAL
from rp.records.catalogue import RECORD_TYPES
from tests.rp.conftest import Browser, Stand
from tests.rp.fake_provider import PYOTR, STRANGER

MAYA = {"sub": "subject-maya", "given_name": "Майя", "birthdate": "1999-09-09", "snils": "000-000-019 00"}
ANTON = {"sub": "subject-anton", "given_name": "Антон", "birthdate": "1975-06-30", "snils": "000-000-020 00"}
GROUPS = ("vaccination", "laboratory_test", "disease_case", "preventive_measure")
EMPTY = (
    "Прививок в регистре нет.",
    "Анализов в регистре нет.",
    "Случаев болезни в регистре нет.",
    "Профилактических мер в регистре нет.",
)


def section(page: str, group: str) -> str:
    """The part of the page with one group."""
    found = re.search(rf'<section class="card" id="{group}".*?</section>', page, re.S)
    assert found, group
    return found[0]


def test_r001_the_cabinet_shows_all_four_groups_with_their_records(browser: Browser) -> None:
    browser.sign_in()
    page = browser.get("/").text
    assert "<h1>Мои записи</h1>" in page
    vaccinations = section(page, "vaccination")
    assert "Прививка, вторая доза" in vaccinations
    assert "вакцина «Гам-КОВИД-Вак», серия УЧ-0417 · Поликлиника № 0, г. Выдуманск" in vaccinations
    assert "курс завершён" in vaccinations
    tests = section(page, "laboratory_test")
    assert "ПЦР: обнаружено" in tests
    assert "ПЦР: не обнаружено" in tests
    assert "Антитела IgG: 133 BAU/мл" in tests
    assert "Случай болезни, лёгкое течение" in section(page, "disease_case")
    assert "3–17 ноября" in section(page, "disease_case")
    assert "Самоизоляция, 14 дней" in section(page, "preventive_measure")


@pytest.mark.parametrize("person", [MAYA, STRANGER])
def test_r001_a_group_without_records_says_so(browser: Browser, person: dict[str, str]) -> None:
    browser.stand.provider.person = dict(person)
    browser.sign_in()
    page = browser.get("/").text
    for group, sentence in zip(GROUPS, EMPTY, strict=True):
        assert sentence in section(page, group)


def test_antibodies_are_a_curve_and_a_table_of_the_same_numbers(browser: Browser) -> None:
    browser.sign_in()
    page = browser.get("/").text
    assert "Антитела IgG снижаются, но остаются выше порога" in page
    assert "Пунктир: порог обнаружения, 10." in page
    table = page[page.index("Те же числа") :]
    for value, change in (("133", "−38"), ("171", "−77"), ("248", "−62"), ("310", "+268"), ("42", "—")):
        assert f'<td class="figure">{value}</td><td class="figure">{change}</td>' in table


def test_a_tab_shows_one_group(browser: Browser) -> None:
    browser.sign_in()
    page = browser.get("/?group=disease_case").text
    assert "Случай болезни, лёгкое течение" in page
    assert 'id="vaccination"' not in page
    assert browser.get("/?group=other").status_code == 404


def test_codes_of_every_system_have_a_name(browser: Browser) -> None:
    browser.stand.provider.person = dict(ANTON)
    browser.sign_in()
    page = browser.get("/").text
    for name in (
        "РНК-вакцина против COVID‑19",
        "антигенная вакцина против SARS-CoV-2",
        "вакцины против COVID‑19",
        "GTIN 30380777700688",
    ):
        assert name in page


def test_r009_ones_own_record_opens(browser: Browser) -> None:
    browser.sign_in()
    for path in set(re.findall(r'href="(/records/[^"]+)"', browser.get("/").text)):
        page = browser.get(path)
        assert page.status_code == 200
        assert "Источник" in page.text


def test_r009_anothers_record_and_no_record_are_the_same_404(stand: Stand) -> None:
    vera, pyotr = stand.browser(), stand.browser()
    vera.sign_in()
    stand.provider.person = dict(PYOTR)
    pyotr.sign_in()
    theirs = re.findall(r'href="(/records/[^"]+)"', vera.get("/").text)
    assert len(theirs) == 11
    answers = [pyotr.get(path) for path in (*theirs, "/records/unknown", f"/records/{'a' * 5000}")]
    assert {answer.status_code for answer in answers} == {404}
    with stand.realm.database.read() as connection:
        tries = [row.outcome for row in connection.execute(select(JOURNAL).where(JOURNAL.c.action == "record_read"))]
    assert tries == ["refused"] * len(answers)
    pages = {re.sub(r"ТН-\d{8}-[0-9a-f]{6}|[?&]lang=..|href=\"/records/[^\"]+\"", "", answer.text) for answer in answers}
    assert len(pages) == 1


def test_r009_a_record_needs_a_sign_in_and_comes_back_to_itself(browser: Browser) -> None:
    browser.sign_in()
    path = re.findall(r'href="(/records/[^"]+)"', browser.get("/").text)[0]
    browser.client.delete_cookie("rp_session")
    assert browser.sign_in(path).headers["Location"] == path
    assert browser.get(path).status_code == 200


def test_who_read_what_stands_in_the_journal(browser: Browser) -> None:
    browser.sign_in()
    browser.get("/")
    with browser.stand.realm.database.read() as connection:
        actions = [row.action for row in connection.execute(select(JOURNAL).order_by(JOURNAL.c.seq))]
        assert browser.stand.realm.journal.verify(connection) == []
    assert actions[-3:] == ["patient_linked", "sign_in", "records_read"]


@pytest.mark.parametrize("path", ["/", "/regions/77", "/signed-out"])
def test_pages_speak_english_too(browser: Browser, path: str) -> None:
    browser.sign_in()
    page = browser.get(f"{path}?lang=en").text
    assert '<html lang="en"' in page
    words = re.sub(r"<(script|style).*?</\1>|<option.*?</option>|<[^>]+>", " ", page, flags=re.S)
    russian = set(re.findall(r"[А-Яа-яё]{4,}", words)) - NAMES
    assert not russian


PEOPLE_AND_PLACES = {"Вера", "Выдуманск", "Поликлиника", "Лаборатория", "Пробирка", "Учебный", "центр", "эпидемиологии", "Москва"}
NAMES = PEOPLE_AND_PLACES | {"Самоизоляция", "КОВИД", "Русский", "стопкоронавирус"}


def test_every_record_type_has_its_own_name_and_resource() -> None:
    assert len({kind.name for kind in RECORD_TYPES}) == len({kind.resource_type for kind in RECORD_TYPES}) == 4


@pytest.mark.parametrize(
    ("link", "what_is_there"),
    [
        ("to-requests", 'href="/requests/new/vaccination"'),
        ("to-history", "Прививка, вторая доза"),
        ("to-confirmation", "Редактировать"),
    ],
)
def test_r052_registering_viewing_and_updating_are_one_step_from_the_cabinet(
    browser: Browser, link: str, what_is_there: str
) -> None:
    browser.sign_in()
    address = re.search(rf'<a class="button[^"]*" id="{link}" href="([^"]+)"', browser.get("/").text)
    assert address is not None
    page = browser.get(address[1])
    assert page.status_code == 200
    assert what_is_there in page.text
