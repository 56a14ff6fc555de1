"""The page «Статус COVID‑19 в регионе», and the same numbers for programs. Open to everybody."""

import csv
import io
import re
from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

import orjson
from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from ground.web.chart import LineChart, line_chart
from ground.web.language import format_day, format_number
from ground.web.language import gettext as _
from rp.access.current import current_session
from rp.access.guard import guarded
from rp.access.policy import Operation
from rp.database import db
from rp.patients.directory import find_patient
from rp.realm import current_realm
from rp.reports.figures import latest_figures, seven_day_mean, trend_of, weeks_of
from rp.reports.statistics_file import Day, Region
from rp.reports.store import all_regions, days_of_region, span

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
ALMOST_EQUAL = 0.05
SHOWN_WEEKS = 12

blueprint = Blueprint("reports", __name__)


@blueprint.get("/regions")
@guarded(Operation.READ_STATISTICS)
def regions() -> Response | WerkzeugResponse | tuple[str, int]:
    """The person's own region, or the one of the settings; `?region=` leads to the page of that region."""
    if "region" in request.args:
        address = url_for("reports.region", number=request.args["region"][:10] or "-")
        kept = urlencode({name: request.args[name] for name in ("from", "to") if request.args.get(name)})
        return redirect(f"{address}?{kept}" if kept else address, 303)
    return _page(_own_region())


@blueprint.get("/regions/<number>")
@guarded(Operation.READ_STATISTICS)
def region(number: str) -> tuple[str, int]:
    """One region; `?from=` and `?to=` narrow the days."""
    return _page(number)


@blueprint.get("/regions/<number>.csv")
@guarded(Operation.READ_STATISTICS)
def region_csv(number: str) -> Response:
    """The days of a region as the database has them; a blank is unknown."""
    _, days = _find(number)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["day", "confirmed", "recovered", "died"])
    writer.writerows([entry.day.isoformat(), entry.confirmed, entry.recovered, entry.died] for entry in days)
    response = Response(text.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="region-{number}.csv"'
    return response


@blueprint.get("/regions/<number>.json")
@guarded(Operation.READ_STATISTICS)
def region_json(number: str) -> Response:
    """The same as JSON: number, name, source, and the days with cumulative values or null."""
    found, days = _find(number)
    members: dict[str, Any] = {"number": found.number, "name": found.name, "source": "стопкоронавирус.рф, covid19-ru, MIT"}
    members["days"] = [
        {"day": entry.day.isoformat(), "confirmed": entry.confirmed, "recovered": entry.recovered, "died": entry.died}
        for entry in days
    ]
    return Response(orjson.dumps(members), mimetype="application/json")


def _own_region() -> str:
    realm, session = current_realm(), current_session()
    patient_id = session.patient_id if session else None
    patient = find_patient(db.session.connection(), realm, patient_id) if patient_id else None
    return patient.person.region if patient else realm.settings.default_region


def _find(number: str) -> tuple[Region, list[Day]]:
    connection = db.session.connection()
    found = next((region for region in all_regions(connection) if region.number == number), None)
    if found is None:
        abort(404)
    return found, days_of_region(connection, number)


def _page(number: str) -> tuple[str, int]:
    known = span(db.session.connection())
    if known is None:
        return render_template("regions-empty.html"), 200
    found, days = _find(number)
    first, last, errors = _read_period(known.first, known.last)
    shown = [entry for entry in days if first <= entry.day <= last]
    page = render_template(
        "region.html",
        region=found,
        regions=[(region.number, region.name) for region in all_regions(db.session.connection())],
        span=known,
        first_text=request.args.get("from") or known.first.isoformat(),
        last_text=request.args.get("to") or known.last.isoformat(),
        errors=errors,
        figures=latest_figures(shown),
        lead=_lead(shown),
        chart=_chart(found, days, shown),
        weeks=weeks_of(shown)[:SHOWN_WEEKS],
    )
    return page, 400 if errors else 200


def _read_period(first: date, last: date) -> tuple[date, date, dict[str, str]]:
    """The days asked for, within what there is; what is wrong stands by the name of its field."""
    errors: dict[str, str] = {}
    chosen = {"from": first, "to": last}
    for name in chosen:
        text = request.args.get(name, "").strip()
        if not text:
            continue
        try:
            day = date.fromisoformat(text) if DAY.fullmatch(text) else None
        except ValueError:
            day = None
        if day is None:
            errors[name] = _("Неверный формат даты. Нужно так: %(example)s.", example=chosen[name].isoformat())
        elif not first <= day <= last:
            errors[name] = _("Данные есть с %(first)s по %(last)s.", first=format_day(first), last=format_day(last))
        else:
            chosen[name] = day
    if not errors and chosen["from"] > chosen["to"]:
        errors["to"] = _("Последний день раньше первого.")
    return (first, last, errors) if errors else (chosen["from"], chosen["to"], errors)


def _lead(days: Sequence[Day]) -> str:
    trend = trend_of(days)
    if trend is None:
        return _("За выбранные дни не хватает данных, чтобы сравнить последние недели.")
    now, before = format_number(round(trend.now)), format_number(round(trend.before))
    if abs(trend.now - trend.before) <= ALMOST_EQUAL * max(trend.before, 1):
        return _("За две недели почти ничего не изменилось: в среднем %(now)s новых случаев в день.", now=now)
    if trend.now > trend.before:
        return _("За две недели заболевать стали чаще: в среднем %(now)s в день вместо %(before)s.", now=now, before=before)
    return _("За две недели заболевать стали реже: в среднем %(now)s в день вместо %(before)s.", now=now, before=before)


def _chart(found: Region, days: Sequence[Day], shown: Sequence[Day]) -> LineChart | None:
    """The mean over the shown days; the six days before them are looked at too, so the curve begins with the first."""
    visible = {entry.day for entry in shown}
    points = [(day, round(mean, 1)) for day, mean in seven_day_mean(days) if day in visible]
    if len(points) < 2:
        return None
    highest_day, highest = max(points, key=lambda point: point[1])
    return line_chart(
        points,
        title=_("Новые случаи в день"),
        unit=_(
            "Среднее за семь дней, %(region)s, %(first)s – %(last)s",
            region=found.name,
            first=format_day(points[0][0]),
            last=format_day(points[-1][0]),
        ),
        summary=_(
            "Больше всего было %(day)s: %(highest)s в день. В последний день %(last)s.",
            day=format_day(highest_day),
            highest=format_number(round(highest)),
            last=format_number(round(points[-1][1])),
        ),
        identifier="new-cases",
        width="full",
        labels="last",
        value_text=lambda value: _("%(number)s в день", number=format_number(round(value))),
    )
