"""Where the lines and letters of a chart stand."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from flask.testing import FlaskClient

from ground.web.chart import Drawing, LineChart, line_chart, round_steps

FIRST = date(2026, 2, 12)


def chart(*values: float, days_between: int = 50, **options: object) -> LineChart:
    points = [(FIRST + timedelta(days=days_between * n), value) for n, value in enumerate(values)]
    return line_chart(points, title="t", unit="u", summary="s", **options)  # type: ignore[arg-type]


def both(figure: LineChart) -> tuple[Drawing, Drawing]:
    return figure.wide, figure.narrow


@pytest.mark.parametrize(
    ("highest", "steps"),
    [
        (310, [0, 100, 200, 300, 400]),
        (174, [0, 50, 100, 150, 200]),
        (400, [0, 100, 200, 300, 400]),
        (81, [0, 25, 50, 75, 100]),
        (3, [0, 1, 2, 3]),
        (0.4, [0, 0.1, 0.2, 0.3, 0.4]),
        (0, [0, 1]),
        (98_765, [0, 25_000, 50_000, 75_000, 100_000]),
    ],
)
def test_rules_are_round_and_reach_the_highest_value(highest: float, steps: list[float]) -> None:
    assert round_steps(highest) == steps


@pytest.mark.parametrize("highest", [0.07, 1, 7, 9, 12, 49, 101, 999, 1001, 54_321])
def test_there_are_never_more_than_five_rules(highest: float) -> None:
    steps = round_steps(highest)
    assert 2 <= len(steps) <= 5
    assert steps[0] == 0
    assert steps[-1] >= highest > steps[-2]


def test_axis_starts_at_zero_and_lengths_are_true() -> None:
    for drawing in both(chart(42, 310, 155)):
        assert drawing.rules[0].label == "0"
        assert drawing.rules[0].at == drawing.base
        small, high, half = (drawing.base - dot.y for dot in drawing.dots)
        assert half / high == pytest.approx(0.5, abs=0.01)
        assert small / high == pytest.approx(42 / 310, abs=0.01)


def test_two_drawings_have_the_sizes_of_the_design() -> None:
    assert [(d.width, d.height) for d in both(chart(1, 2))] == [(720, 270), (340, 250)]
    assert [(d.width, d.height) for d in both(chart(1, 2, width="full"))] == [(1040, 320), (340, 250)]


def test_everything_stays_inside_the_drawing() -> None:
    for figure in (
        chart(42, 310, 248, 171, 133),
        chart(1_234_567, 2_345_678),
        chart(5),
        chart(0, 0),
        chart(7, 7, days_between=1),
    ):
        for drawing in both(figure):
            for dot in drawing.dots:
                assert drawing.left <= dot.x <= drawing.right
                assert 0 < dot.y <= drawing.base
                assert dot.label_y > 0
            for tick in drawing.ticks:
                assert drawing.left <= tick.at <= drawing.right
            assert len(drawing.rules[-1].label) * 7 < drawing.left


def test_value_is_written_at_each_point_of_a_short_series() -> None:
    assert [dot.label for dot in chart(42, 310, 248).wide.dots] == ["42", "310", "248"]


def test_values_that_would_touch_are_left_to_the_table_but_the_last_is_written() -> None:
    figure = chart(*range(100, 140), days_between=3)
    written = [dot for dot in figure.narrow.dots if dot.label]
    assert 1 < len(written) < 40
    assert written[-1].label == "139"
    assert all(later.x - earlier.x > 20 for earlier, later in pairwise(written))


def test_long_series_is_marked_at_its_end_only() -> None:
    figure = chart(*range(180), days_between=1, labels="last", value_text=lambda value: f"{value:.0f} в день")
    assert [dot.label for dot in figure.wide.dots] == ["179 в день"]
    assert figure.wide.curve.count(",") == 180


def test_months_stand_under_the_axis() -> None:
    labels = [tick.label for tick in chart(*range(180), days_between=1, labels="last").wide.ticks]
    assert labels == ["март", "апр", "май", "июнь", "июль", "авг"]


def test_long_range_says_the_years_and_never_crowds() -> None:
    figure = chart(*range(200), days_between=7, labels="last")
    assert {"2027", "2028", "2029"} <= {tick.label for tick in figure.wide.ticks}
    for drawing in both(figure):
        places = [tick.at for tick in drawing.ticks]
        assert min(later - earlier for earlier, later in pairwise(places)) > 35


def test_short_range_says_the_days() -> None:
    labels = [tick.label for tick in chart(1, 2, 3, days_between=4).wide.ticks]
    assert all(label.split()[0].isdecimal() for label in labels)
    assert 2 <= len(labels) <= 8


def test_limit_is_drawn_at_its_value() -> None:
    for drawing in both(chart(0, 400, limit=100)):
        assert drawing.limit == drawing.rules[1].at


def test_points_may_come_in_any_order_and_the_table_is_latest_first() -> None:
    points = [(date(2026, 6, 20), 248.0), (date(2026, 2, 12), 42.0), (date(2026, 4, 5), 310.0)]
    figure = line_chart(points, title="t", unit="u", summary="s")
    assert [(row.value, row.change) for row in figure.table] == [(248, -62), (310, 268), (42, None)]


@pytest.mark.parametrize(("values", "reason"), [((), "needs points"), ((-1.0,), "below zero"), ((5.0, -0.1), "below zero")])
def test_chart_that_would_lie_is_refused(values: tuple[float, ...], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        chart(*values)


def test_page_draws_the_chart_twice_and_says_it_in_words(client: FlaskClient) -> None:
    text = client.get("/page/cabinet").text
    assert text.count('aria-labelledby="antibodies-title" aria-describedby="antibodies-summary"') == 2
    assert 'class="wide-only" viewBox="0 0 720 270" role="img"' in text
    assert 'class="narrow-only" viewBox="0 0 340 250" role="img"' in text
    assert text.count('class="limit"') == 2
    assert '<td class="figure">−38</td>' in text


def test_chart_speaks_the_language_of_the_page(client: FlaskClient) -> None:
    assert ">Jun<" in client.get("/page/region?lang=en").text
    assert ">июнь<" in client.get("/page/region?lang=ru").text
