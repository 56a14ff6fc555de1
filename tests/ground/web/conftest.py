"""A small application on the kit: pages made of every part, a form, a fault. Its pages are those of the design sheet."""

from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from flask import Flask, render_template
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue

from ground.chance import SeededChance
from ground.clock import FixedClock
from ground.web.application import make_flask
from ground.web.chart import line_chart
from ground.web.cookies import browser_binding, browser_id
from ground.web.csrf import csrf_exempt
from ground.web.errors import PageProblem
from ground.web.headers import allow_form_target
from ground.web.language import choose_language
from ground.web.site import Site
from ground.web.wire_view import wire_view
from ground.wire import Request, Response

PAGES = Path(__file__).parent / "pages"
NOW = 1795367762  # 2026-11-22T20:16:02 in Moscow
NAMES = {"propusk": "Пропуск, учебный стенд", "registry": "Регистр, учебный стенд", "bank": "Облепиха, учебный стенд"}
DESIGN_PAGES = {
    "sign-in": "propusk",
    "code": "propusk",
    "consent": "propusk",
    "phone": "propusk",
    "cabinet": "registry",
    "region": "registry",
}


def make_site(brand: str = "propusk", *, instance: str = "idp", is_secure: bool = False) -> Site:
    return Site(
        instance=instance,
        brand=brand,
        name=NAMES[brand],
        is_secure=is_secure,
        templates=PAGES,
        translations=PAGES / "translations",
        csrf_key=b"k" * 32,
        clock=FixedClock(NOW),
        chance=SeededChance(b"web"),
    )


def antibodies() -> object:
    return line_chart(
        [
            (date(2026, 2, 12), 42),
            (date(2026, 4, 5), 310),
            (date(2026, 6, 20), 248),
            (date(2026, 9, 14), 171),
            (date(2026, 10, 30), 133),
        ],
        title="Антитела IgG снижаются, но остаются выше порога",
        unit="BAU/мл, по дате забора. Пунктир: порог обнаружения, 10.",
        summary="После второй дозы в марте значение выросло с 42 до 310, к концу октября снизилось до 133.",
        identifier="antibodies",
        limit=10,
    )


def new_cases() -> object:
    first = date(2020, 4, 20).toordinal()
    return line_chart(
        [
            (date.fromordinal(first + n), round(14 + 60 * (n / 90) ** 2 if n < 90 else 74 + (n - 90) * 1.1, 1))
            for n in range(0, 183)
        ],
        title="Новые случаи в день",
        unit="Среднее за семь дней, Томская область, 20 апреля – 19 октября 2020",
        summary="Летом держалось у 60 в день, с середины сентября растёт.",
        identifier="cases",
        width="full",
        labels="last",
        value_text=lambda value: f"{value:.0f} в день",
    )


def make_demo(site: Site) -> Flask:
    app = make_flask(site, "demo")

    @app.get("/")
    def home() -> ResponseReturnValue:
        return render_template("plain.html")

    @app.get("/page/<name>")
    def page(name: str) -> ResponseReturnValue:
        return render_template(f"{name}.html", antibodies=antibodies, new_cases=new_cases)

    @app.post("/form")
    def form() -> ResponseReturnValue:
        return "changed"

    @app.post("/token")
    @csrf_exempt
    def token() -> ResponseReturnValue:
        return "token"

    @app.get("/fault")
    @app.get("/api/fault")
    def fault() -> ResponseReturnValue:
        raise RuntimeError("the innermost secret")

    @app.get("/refusal")
    @app.get("/api/refusal")
    def refusal() -> ResponseReturnValue:
        raise PageProblem(
            status=403,
            title="Вход остановлен",
            lead="Сервис «Учебная поликлиника» указал адрес возврата, которого у нас нет в списке.",
            code="ESIA-007023 invalid_request",
            cause="redirect_uri differs from <the stored one>",
            advice=("Зайдите в сервис по адресу, который знаете, а не по ссылке из письма.",),
            actions=(("Написать в поддержку", "/support"), ("На главную", "/")),
            facts=(("Откуда пришли", "Учебная поликлиника, polyclinic.example"),),
        )

    @app.get("/target")
    def target() -> ResponseReturnValue:
        allow_form_target("http://localhost:8500/sign-in/callback")
        allow_form_target("http://localhost:8500/another")
        allow_form_target("com.example.app:/back")
        return render_template("plain.html")

    @app.get("/locales/<tags>")
    def locales(tags: str) -> ResponseReturnValue:
        choose_language(tags)
        return render_template("plain.html")

    @app.get("/browser")
    def browser() -> ResponseReturnValue:
        return {"id": browser_id(), "again": browser_id(), "binding": browser_binding()}

    def echo(request: Request) -> Response:
        return Response.of_json(
            {"method": request.method, "form": request.form}, headers=(("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"))
        )

    app.add_url_rule("/wire", "wire", wire_view(echo), methods=["POST"])
    return app


@cache
def shared_demo(brand: str, is_secure: bool = False) -> Flask:
    """One application for every test that only looks at it: compiling the templates is most of the time of a test."""
    return make_demo(make_site(brand, is_secure=is_secure))


@pytest.fixture
def site() -> Site:
    return make_site()


@pytest.fixture
def app() -> Flask:
    return shared_demo("propusk")


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def secure_client() -> FlaskClient:
    return shared_demo("propusk", is_secure=True).test_client()


@pytest.fixture
def demo() -> Callable[[str], FlaskClient]:
    """A new browser at the demo in the brand that is asked for."""
    return lambda brand: shared_demo(brand).test_client()


@pytest.fixture
def build_demo() -> Callable[[Site], Flask]:
    """A demo of one's own, for a test that changes it."""
    return make_demo


@pytest.fixture
def design_pages() -> dict[str, str]:
    return DESIGN_PAGES
