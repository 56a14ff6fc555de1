"""The page «Статус COVID‑19 в регионе»: every number on it is the file's, and a bad file changes nothing."""

import csv
import html
import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from rp.reports.figures import latest_figures, seven_day_mean, trend_of, weeks_of
from rp.reports.models import RegionDay
from rp.reports.statistics_file import Day, StatisticsRefused, read_regions, read_statistics
from rp.reports.statistics_import import StatisticsReport, import_statistics
from tests.rp.conftest import REGIONS, STATISTICS, Browser, Stand
from tests.rp.fake_provider import PYOTR

NAMES = {
    "77": "Москва",
    "78": "Санкт-Петербург",
    "70": "Томская область",
    "10": "Республика Карелия",
    "83": "Ненецкий автономный округ",
}


def file_rows() -> list[dict[str, str]]:
    with STATISTICS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def text_of(page: str) -> str:
    """The words of a page in one line."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)).replace("\xa0", " "))


def spaced(number: int) -> str:
    return f"{number:,}".replace(",", " ")


@pytest.mark.parametrize("number", NAMES)
def test_r148_the_figures_of_a_region_equal_the_file(browser: Browser, number: str) -> None:
    last = {row["category"]: row[NAMES[number]] for row in file_rows() if row["date"] == "19.10.2020"}
    confirmed, recovered, died = (int(last[name]) for name in ("total", "recovered", "died"))
    page = text_of(browser.get(f"/regions/{number}").text)
    assert f"Заболели всего {spaced(confirmed)} " in page
    assert f"Выздоровели {spaced(recovered)} " in page
    assert f"Умерли {spaced(died)} " in page
    assert f"Болеют сейчас {spaced(confirmed - recovered - died)} " in page
    assert "Данные на 19 октября 2020." in page
    assert "стопкоронавирус.рф" in page


@pytest.mark.parametrize("number", NAMES)
def test_r148_every_day_of_a_region_equals_the_file(browser: Browser, number: str) -> None:
    days = {entry["day"]: entry for entry in browser.get(f"/regions/{number}.json").get_json()["days"]}
    fields = {"total": "confirmed", "recovered": "recovered", "died": "died"}
    checked = 0
    for row in file_rows():
        if row["category"] in fields:
            day = "-".join(reversed(row["date"].split(".")))
            value = row[NAMES[number]]
            assert days[day][fields[row["category"]]] == (int(value) if value else None)
            checked += 1
    assert checked == 3 * len(days) == 651


def test_r148_every_region_has_a_page_with_a_curve(browser: Browser) -> None:
    numbers = re.findall(r'<option value="(\d\d)"', browser.get("/regions").text)
    assert len(set(numbers)) == 85
    for number in numbers:
        response = browser.get(f"/regions/{number}")
        assert response.status_code == 200
        assert 'id="new-cases"' in response.text


def test_r148_a_person_sees_their_own_region_and_may_choose_another(browser: Browser) -> None:
    assert "<h1>Москва</h1>" in browser.get("/regions").text
    browser.stand.provider.person = dict(PYOTR)
    browser.sign_in()
    page = browser.get("/regions").text
    assert "<h1>Санкт-Петербург</h1>" in page
    assert "Статус COVID‑19 в регионе" in page
    chosen = browser.get("/regions?region=70&from=2020-04-20&to=")
    assert chosen.headers["Location"] == "/regions/70?from=2020-04-20"
    assert "<h1>Томская область</h1>" in browser.get(chosen.headers["Location"]).text


def test_the_page_says_what_the_design_sheet_says_of_tomsk(browser: Browser) -> None:
    page = text_of(browser.get("/regions/70?from=2020-04-20").text)
    assert "в среднем 174 в день вместо 95" in page
    assert "19.10.2020 1 217 +307 10 109 7 349 104" in page
    assert "31.08.2020 375 +68 5 706 4 696 69" in page


def test_a_period_narrows_the_page(browser: Browser) -> None:
    page = text_of(browser.get("/regions/77?from=2020-04-01&to=2020-05-01").text)
    row = next(row for row in file_rows() if (row["date"], row["category"]) == ("01.05.2020", "total"))
    assert f"Заболели всего {spaced(int(row['Москва']))} " in page
    assert "Данные на 1 мая 2020." in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("from=01.04.2020", "Неверный формат даты. Нужно так: 2020-03-17."),
        ("to=2020-02-30", "Неверный формат даты. Нужно так: 2020-10-19."),
        ("to=2020-W10-1", "Неверный формат даты."),
        ("from=2019-01-01", "Данные есть с 17 марта 2020 по 19 октября 2020."),
        ("from=2020-06-01&to=2020-05-01", "Последний день раньше первого."),
    ],
)
def test_r017_a_wrong_date_is_told_at_its_field_and_what_was_typed_stays(browser: Browser, query: str, expected: str) -> None:
    response = browser.get(f"/regions/77?{query}")
    assert response.status_code == 400
    assert expected in response.text
    name, _, value = query.rpartition("&")[2].partition("=")
    assert re.search(rf'id="{name}"[^>]*value="{re.escape(value)}"[^>]*aria-invalid="true"', response.text)


@pytest.mark.parametrize(
    "path", ["/regions/00", "/regions/xx", "/regions/777", "/regions/00.csv", "/regions/00.json", "/regions?region=../x"]
)
def test_an_unknown_region_is_a_404_page(browser: Browser, path: str) -> None:
    response = browser.client.get(path, follow_redirects=True)
    assert response.status_code == 404


def test_the_table_can_be_taken_along(browser: Browser) -> None:
    response = browser.get("/regions/77.csv")
    assert response.mimetype == "text/csv"
    rows = list(csv.reader(response.text.splitlines()))
    assert rows[0] == ["day", "confirmed", "recovered", "died"]
    assert len(rows) == 218


def test_before_the_first_import_the_page_says_so(stand: Stand) -> None:
    from sqlalchemy import delete

    from rp.reports.models import StatisticsSource

    with stand.realm.database.write() as connection:
        connection.execute(delete(StatisticsSource))
    assert "Статистика ещё не загружена." in stand.browser().get("/regions/77").text


# ---- The importer


def take(stand: Stand, data: bytes) -> StatisticsReport:
    with stand.realm.database.write() as connection:
        return import_statistics(connection, stand.realm, data, regions_data=REGIONS.read_bytes(), source=STATISTICS.name)


def test_a_second_import_changes_nothing(stand: Stand) -> None:
    assert take(stand, STATISTICS.read_bytes()) == StatisticsReport(added=0, changed=0, known=18445)


def test_a_correction_of_the_source_changes_that_value_only(stand: Stand) -> None:
    lines = STATISTICS.read_text(encoding="utf-8").splitlines()
    lines[-4] = lines[-4].replace(",16593,", ",16000,", 1)
    report = take(stand, "\n".join(lines).encode())
    assert report == StatisticsReport(added=0, changed=1, known=18444)
    page = text_of(stand.browser().get("/regions/22").text)
    assert "Заболели всего 16 000 " in page


SPOILED: dict[str, tuple[Callable[[list[str]], object], str]] = {
    "date of another form": (lambda lines: spoil(lines, 5, "18.03.2020", "2020-03-18"), "line 6: '2020-03-18' is not a date"),
    "no such day": (lambda lines: spoil(lines, 5, "18.03.2020", "31.02.2020"), "line 6: '31.02.2020' is not a date"),
    "unknown category": (lambda lines: spoil(lines, 5, ",total,", ",sick,"), "line 6: the category is not one of"),
    "a fraction": (lambda lines: spoil(lines, 865, ",16593,", ",16593.5,"), "line 866: '16593.5' for region 22"),
    "a negative": (lambda lines: spoil(lines, 865, ",16593,", ",-1,"), "line 866: '-1' for region 22"),
    "a word": (lambda lines: spoil(lines, 865, ",16593,", ",many,"), "line 866: 'many' for region 22"),
    "too few values": (lambda lines: lines.__setitem__(10, "19.03.2020,total,1"), "line 11: it has 3 values"),
    "a day twice": (lambda lines: lines.append(lines[-4]), "stands twice"),
    "an unknown column": (lambda lines: spoil(lines, 0, "Москва", "Атлантида"), "column 'Атлантида' is not a region"),
    "a column twice": (lambda lines: spoil(lines, 0, "Амурская область", "Алтайский край"), "'Алтайский край' stands twice"),
    "another header": (lambda lines: spoil(lines, 0, "date,", "day,"), "the first columns must be date, category"),
    "no data": (lambda lines: lines.__delitem__(slice(1, None)), "it holds no line of data"),
}


def spoil(lines: list[str], index: int, old: str, new: str) -> None:
    assert old in lines[index], lines[index][:80]
    lines[index] = lines[index].replace(old, new, 1)


@pytest.mark.parametrize("case", SPOILED)
def test_a_bad_line_is_told_by_its_number_and_nothing_is_loaded(stand: Stand, case: str) -> None:
    change, expected = SPOILED[case]
    lines = STATISTICS.read_text(encoding="utf-8").splitlines()
    lines[-4] = lines[-4].replace(",5264,", ",5265,", 1)  # a good change elsewhere must not get in either
    change(lines)
    with pytest.raises(StatisticsRefused) as refusal:
        take(stand, "\n".join(lines).encode())
    assert any(expected in problem for problem in refusal.value.problems), refusal.value.problems[:3]
    with stand.realm.database.read() as connection:
        changed = select(func.count()).select_from(RegionDay).where(RegionDay.confirmed == 5265)
        assert connection.execute(changed).scalar_one() == 0


def test_every_bad_line_is_told() -> None:
    lines = STATISTICS.read_text(encoding="utf-8").splitlines()
    for index in (5, 9):
        lines[index] = "?" + lines[index]
    with pytest.raises(StatisticsRefused) as refusal:
        read_statistics("\n".join(lines).encode(), read_regions(REGIONS.read_bytes(), source="r"), source="s")
    assert [problem.partition(":")[0] for problem in refusal.value.problems] == ["line 6", "line 10"]


def test_bytes_that_are_no_text_are_refused_with_their_line() -> None:
    with pytest.raises(StatisticsRefused, match="line 2: not UTF-8"):
        read_statistics(b"date,category\n\xff", (), source="s")


def test_the_regions_of_the_seed_are_those_of_the_file() -> None:
    regions = read_regions(REGIONS.read_bytes(), source="regions.csv")
    assert len(regions) == 85
    assert {region.number: region.name for region in regions}.items() >= NAMES.items()
    letters = dict(line.split(",") for line in (STATISTICS.parent / "ru_regions_codes.csv").read_text("utf-8").split("\n"))
    assert {region.name: region.letters for region in regions} == letters


# ---- The figures


def series(*values: int | None) -> list[Day]:
    first = date(2020, 4, 1)
    return [Day(first + timedelta(days=offset), value, 0, 0) for offset, value in enumerate(values)]


def test_an_unknown_value_is_not_zero() -> None:
    days = series(10, 20, 30, None, 50, 60, 70, 80, 90, 100, 110, 120)
    known = dict(seven_day_mean(days))
    assert days[7].day in known
    assert days[10].day not in known
    assert known[days[7].day] == 10.0


def test_a_correction_downwards_is_shown_in_the_table_and_left_out_of_the_curve() -> None:
    days = series(*[100] * 8, 30)
    assert weeks_of(days)[0].new == -70
    assert days[8].day not in dict(seven_day_mean(days))


def test_the_latest_known_day_counts() -> None:
    days = series(10, 20, None)
    figures = latest_figures(days)
    assert figures is not None
    assert (figures.confirmed, figures.day) == (20, days[1].day)
    assert latest_figures(series(None)) is None
    assert latest_figures([]) is None


def test_a_trend_needs_both_its_ends() -> None:
    assert trend_of(series(1, 2, 3)) is None
    trend = trend_of(series(*range(0, 220, 10)))
    assert trend is not None
    assert (trend.now, trend.before) == (10.0, 10.0)
