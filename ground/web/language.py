"""The language of a page, and how its dates and numbers are written.

Message identifiers are Russian, so only English has a catalogue. The choice, strongest first: `?lang=` or a tag handed
to `choose_language` in this request, the cookie, Accept-Language, Russian.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import flask_babel  # type: ignore[import-untyped]
from babel import Locale
from babel.dates import format_date, format_datetime, get_timezone
from babel.numbers import format_decimal
from flask import Flask, g, has_request_context, request
from jinja2 import pass_context
from jinja2.runtime import Context
from werkzeug.wrappers import Response

from ground.clock import as_datetime
from ground.web.cookies import cookie_value, set_cookie_on_response

LANGUAGES: Mapping[str, str] = {"ru": "Русский", "en": "English"}
DEFAULT_LANGUAGE = "ru"
TIME_ZONE = "Europe/Moscow"
COOKIE = "language"
COOKIE_SECONDS = 365 * 24 * 3600

Moment = int | str | date | datetime


def choose_language(tag: str | None) -> str | None:
    """Use the first language we have of `tag` (`en`, `en-GB`, or the list of `ui_locales`) now and on later visits.

    Returns it, or None when we have none of them and nothing changes.
    """
    language = _first_known(tag or "")
    if language is not None:
        g.ground_language = language
        flask_babel.refresh()
        if cookie_value(COOKIE) != language:
            set_cookie_on_response(COOKIE, language, max_age_seconds=COOKIE_SECONDS)
    return language


def current_language() -> str:
    """The tag for `<html lang>`."""
    if not has_request_context():
        return DEFAULT_LANGUAGE
    chosen = g.get("ground_language") or _first_known(cookie_value(COOKIE) or "")
    return chosen or request.accept_languages.best_match(list(LANGUAGES)) or DEFAULT_LANGUAGE


def current_locale() -> Locale:
    """The locale dates and numbers are written in; Russian outside a request."""
    return Locale.parse(current_language())


def gettext(message: str, **variables: object) -> str:
    """The message in the language of the request, with its `%(name)s` filled in.

    As in a template, the text is always formatted: a literal percent sign is written `%%`.
    """
    return _translated(message) % variables


@dataclass(frozen=True)
class LazyText:
    """A message that is translated when it is shown: for tables built at import."""

    message: str

    def __str__(self) -> str:
        return gettext(self.message)


def lazy_gettext(message: str) -> LazyText:
    """Mark a message at import and translate it at each use."""
    return LazyText(message)


def counted(number: int, forms: str) -> str:
    """A number with its word in the right form.

    `forms` are one message, cut by `|`: for Russian one, few, many («%(number)s попытка|%(number)s попытки|%(number)s
    попыток»), for English one and other. gettext's own plurals know only two forms in the source language.
    """
    variants = _translated(forms).split("|")
    locale = current_locale()
    order = ("one", "few", "many") if len(variants) == 3 else ("one", "other")
    form = locale.plural_form(number)
    chosen = variants[order.index(form)] if form in order else variants[-1]
    return chosen % {"number": format_number(number)}


def format_day(value: Moment) -> str:
    """«14 февраля 2026», 14 February 2026."""
    return format_date(_day(value), "d MMMM y", locale=current_locale())


def format_day_of_year(value: Moment) -> str:
    """«14 февраля», 14 February."""
    return format_date(_day(value), "d MMMM", locale=current_locale())


def format_short_day(value: Moment) -> str:
    """«14.02.2026», 14 Feb 2026: for tables."""
    return format_date(_day(value), "dd.MM.y" if current_language() == "ru" else "d MMM y", locale=current_locale())


def format_time(value: Moment) -> str:
    """«20:16», in the time zone of the stand."""
    return format_datetime(_moment(value), "HH:mm", locale=current_locale())


def format_moment(value: Moment) -> str:
    """«22 ноября 2026, 20:16», in the time zone of the stand."""
    return format_datetime(_moment(value), "d MMMM y, HH:mm", locale=current_locale())


def format_machine(value: Moment) -> str:
    """The `datetime` attribute of `<time>`: a day as YYYY-MM-DD, a moment with its offset."""
    if isinstance(value, str):
        return value
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    return _moment(value).isoformat(timespec="seconds")


def format_number(value: float) -> str:
    """«10 109» with a space that does not break, 10,109."""
    return format_decimal(value, locale=current_locale()).replace("-", "−")


def format_change(value: float) -> str:
    """A difference with its sign: «+307», «−42»."""
    return f"+{format_number(value)}" if value > 0 else format_number(value)


FILTERS: Mapping[str, Callable[[Any], str]] = {
    "day": format_day,
    "day_of_year": format_day_of_year,
    "short_day": format_short_day,
    "time": format_time,
    "moment": format_moment,
    "machine": format_machine,
    "number": format_number,
    "change": format_change,
}


def install_languages(app: Flask, *, translations: str) -> None:
    """Install Flask-Babel, the choice by `?lang=`, and the filters. `translations` are folders joined by `;`."""
    babel = flask_babel.Babel()
    babel.init_app(
        app,
        default_locale=DEFAULT_LANGUAGE,
        default_timezone=TIME_ZONE,
        default_translation_directories=translations,
        locale_selector=current_language,
    )
    app.before_request(_take_language_from_address)
    app.after_request(_name_language)
    app.jinja_env.globals.update(LANGUAGES=LANGUAGES, current_language=current_language, counted=counted)
    for name, formatter in FILTERS.items():
        app.jinja_env.filters[name] = _at_each_request(formatter)


def _at_each_request(formatter: Callable[[Any], str]) -> Callable[[Context, Any], str]:
    """The formatter as a filter that needs the context.

    Jinja computes a filter of a constant once, when it compiles the template, in the language of whoever came first;
    a filter that asks for the context is left for each request.
    """

    @pass_context
    def filter_value(_context: Context, value: Any) -> str:
        return formatter(value)

    return filter_value


def _take_language_from_address() -> None:
    if "lang" in request.args:
        choose_language(request.args["lang"])


def _name_language(response: Response) -> Response:
    if response.mimetype == "text/html":
        response.headers.setdefault("Content-Language", current_language())
    return response


def _translated(message: str) -> str:
    return str(flask_babel.get_translations().ugettext(message)) if has_request_context() else message


def _first_known(tags: str) -> str | None:
    return next((found for tag in tags.lower().split() if (found := tag.partition("-")[0]) in LANGUAGES), None)


def _day(value: Moment) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and len(value) == len("2026-02-14"):
        return date.fromisoformat(value)
    return _moment(value).date()


def local_moment(seconds: int) -> datetime:
    """The moment in the time zone of the stand."""
    return _moment(seconds)


def day_in_seconds(day: str) -> tuple[int, int] | None:
    """Where a day, written YYYY-MM-DD, begins and ends in the time zone of the stand; None for what is no day."""
    try:
        begins = datetime.combine(date.fromisoformat(day), time(), get_timezone(TIME_ZONE))
        ends = begins + timedelta(days=1)
    except (ValueError, OverflowError):
        return None
    return int(begins.timestamp()), int(ends.timestamp())


def _moment(value: Moment) -> datetime:
    if isinstance(value, int):
        value = as_datetime(value)
    elif isinstance(value, str):
        value = datetime.fromisoformat(value)
    elif not isinstance(value, datetime):
        raise TypeError("a day has no time")
    aware = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
    return aware.astimezone(get_timezone(TIME_ZONE))
