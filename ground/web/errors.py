"""Error pages: one human sentence, a number people can read aloud, and the cause for a developer; never a stack trace.

A view raises `PageProblem`; Flask's own refusals and everything unforeseen become one. The number stands on the page and
in the log. A caller that asks for JSON, or for a path under /api/, is answered with a problem of RFC 9457 instead.
"""

import logging
from collections.abc import Sequence
from http import HTTPStatus

import orjson
from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException

from ground.chance import Chance
from ground.clock import Clock
from ground.web.language import format_moment, gettext, local_moment
from ground.web.site import current_site

log = logging.getLogger(__name__)

API_PREFIX = "/api/"
PROBLEM_JSON = "application/problem+json"
JSON_TYPES = ("application/json", PROBLEM_JSON)
PASSED_ON_HEADERS = ("allow", "retry-after", "www-authenticate")


class PageProblem(Exception):
    """Something a person has to be told on a page of its own.

    `title` and `lead` are for the person, in their language; `explanation` is a second, quieter paragraph, `advice` are
    sentences about what to do, and `actions` pairs of label and address, the first one primary. `facts` are pairs for the
    stub of the pass («Откуда пришли», …). `code` and `cause` are for the developer of the calling system and stand under
    «Для разработчика», with the `command` that tells more.
    """

    def __init__(
        self,
        *,
        status: int = 400,
        title: str,
        lead: str,
        explanation: str | None = None,
        code: str | None = None,
        cause: str | None = None,
        command: str | None = None,
        advice: Sequence[str] = (),
        actions: Sequence[tuple[str, str]] = (),
        facts: Sequence[tuple[str, str]] = (),
    ) -> None:
        super().__init__(cause or title)
        self.status = status
        self.title = title
        self.lead = lead
        self.explanation = explanation
        self.code = code
        self.cause = cause
        self.command = command
        self.advice = tuple(advice)
        self.actions = tuple(actions)
        self.facts = tuple(facts)


def error_number(clock: Clock, chance: Chance) -> str:
    """A new number, «ТН-20261122-4f81c2»: the day in the time zone of the stand and 24 random bits."""
    return f"ТН-{local_moment(clock.now()):%Y%m%d}-{chance.draw('error number', 3).hex()}"


def wants_json() -> bool:
    """Whether the caller is a program: a path under /api/, or JSON preferred to HTML."""
    if request.path.startswith(API_PREFIX):
        return True
    return request.accept_mimetypes.best_match(["text/html", *JSON_TYPES]) in JSON_TYPES


def install_errors(app: Flask) -> None:
    """Have every refusal and every fault answered by a real page."""
    app.register_error_handler(PageProblem, answer_problem)
    app.register_error_handler(HTTPException, answer_http_exception)
    app.register_error_handler(Exception, answer_fault)


def answer_problem(problem: PageProblem) -> Response:
    """The answer to a problem: written to the log, then shown."""
    return _answer(problem, fault=None)


def answer_http_exception(exception: HTTPException) -> Response:
    """The answer to a refusal of the framework."""
    status = exception.code or 500
    response = _answer(_problem_of_status(status), fault=None if status < 500 else exception)
    for name, value in exception.get_headers():
        if name.lower() in PASSED_ON_HEADERS:
            response.headers[name] = value
    return response


def answer_fault(fault: Exception) -> Response:
    """The answer to what nobody foresaw."""
    return _answer(_problem_of_status(500), fault=fault)


def _answer(problem: PageProblem, *, fault: Exception | None) -> Response:
    site = current_site()
    number = error_number(site.clock, site.chance)
    level = logging.ERROR if fault is not None or problem.status >= 500 else logging.INFO
    # The endpoint, not the path or the query: those may carry a one-time link or a person's data.
    log.log(
        level, "problem %s: %s %s -> %d, code %r, cause %r",
        number, request.method, request.endpoint or "no endpoint", problem.status, problem.code, problem.cause, exc_info=fault,
    )  # fmt: skip
    if wants_json():
        return _as_json(problem, number)
    try:
        moment = format_moment(site.clock.now())
        page = render_template("error.html", problem=problem, number=number, moment=moment)
        return Response(page, problem.status, mimetype="text/html")
    except Exception:
        # The page itself leans on what is broken (a context processor, a translation): the number must still arrive.
        log.exception("problem %s: the error page cannot be made", number)
        text = f"Учебный стенд. Это не Госуслуги.\n\n{problem.title}\n{problem.lead}\n{number}\n"
        return Response(text, problem.status, mimetype="text/plain")


def _as_json(problem: PageProblem, number: str) -> Response:
    members = {
        "type": "about:blank", "title": problem.title, "status": problem.status, "detail": problem.lead, "number": number,
        "code": problem.code, "cause": problem.cause,
    }  # fmt: skip
    known = {name: value for name, value in members.items() if value is not None}
    return Response(orjson.dumps(known), problem.status, mimetype=PROBLEM_JSON)


def _problem_of_status(status: int) -> PageProblem:
    """The words for a refusal nobody wrote words for."""
    home = (gettext("На главную"), "/")
    if status == 404:
        return PageProblem(
            status=404,
            title=gettext("Такой страницы нет"),
            lead=gettext("Возможно, в адресе опечатка или страницу убрали."),
            advice=(gettext("Проверьте адрес или начните с главной страницы."),),
            actions=(home,),
        )
    if status == 405:
        return PageProblem(
            status=405,
            title=gettext("Так эту страницу не открыть"),
            lead=gettext("Она отвечает только на отправку формы или только на ссылку."),
            advice=(gettext("Вернитесь на шаг назад и пройдите его ещё раз."),),
            actions=(home,),
        )
    if status == 413:
        return PageProblem(
            status=413,
            title=gettext("Слишком большой запрос"),
            lead=gettext("Вы отправили больше, чем эта страница принимает. Ничего не сохранено."),
            advice=(gettext("Уменьшите файл или текст и отправьте ещё раз."),),
            actions=(home,),
        )
    if status == 403:
        return PageProblem(
            status=403,
            title=gettext("Сюда вам нельзя"),
            lead=gettext("У вашей учётной записи нет права открыть эту страницу."),
            advice=(gettext("Войдите под другой записью, если она у вас есть."),),
            actions=(home,),
        )
    if status == 429:
        return PageProblem(
            status=429,
            title=gettext("Слишком много запросов"),
            lead=gettext("Мы приняли столько, сколько могли."),
            advice=(gettext("Подождите минуту и повторите."),),
            actions=(home,),
        )
    if status >= 500:
        return PageProblem(
            status=status,
            title=gettext("Технические неполадки"),
            lead=gettext("Сломалось у нас, не у вас. Назовите поддержке номер этой ошибки."),
            advice=(
                gettext("Повторите через несколько минут."),
                gettext("Попробуйте альтернативный браузер или режим инкогнито."),
            ),
            actions=(home,),
        )
    return PageProblem(
        status=status,
        title=gettext("Запрос не разобрать"),
        lead=gettext("В нём не хватает данных, или они записаны не так."),
        cause=HTTPStatus(status).phrase,
        advice=(gettext("Вернитесь на шаг назад и пройдите его ещё раз."),),
        actions=(home,),
    )
