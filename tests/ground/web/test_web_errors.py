"""Every refusal is a real page with a number, and the number is in the log."""

import json
import logging
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ground.web.site import Site

NUMBER = re.compile(r"ТН-20261122-[0-9a-f]{6}")


def number_of(text: str) -> str:
    numbers: set[str] = set(NUMBER.findall(text))
    (number,) = numbers
    return number


@pytest.mark.parametrize(
    ("method", "path", "status", "title"),
    [
        ("GET", "/nowhere", 404, "Такой страницы нет"),
        ("POST", "/nowhere", 404, "Такой страницы нет"),
        ("GET", "/form", 405, "Так эту страницу не открыть"),
        ("GET", "/fault", 500, "Технические неполадки"),
        ("GET", "/refusal", 403, "Вход остановлен"),
    ],
)
def test_refusal_is_a_page_whose_number_is_in_the_log(
    client: FlaskClient, caplog: pytest.LogCaptureFixture, method: str, path: str, status: int, title: str
) -> None:
    with caplog.at_level(logging.INFO):
        answer = client.open(path, method=method)
    assert answer.status_code == status
    assert f"<h1>{title}</h1>" in answer.text
    assert f"<title>{title}. Пропуск, учебный стенд</title>" in answer.text
    assert "Учебный стенд. Это не Госуслуги." in answer.text
    assert f"problem {number_of(answer.text)}" in caplog.text


def test_body_that_is_too_large_is_refused_with_a_page(client: FlaskClient) -> None:
    answer = client.post("/form", data={"note": "x" * 300_000})
    assert answer.status_code == 413
    assert "Слишком большой запрос" in answer.text


def test_method_that_is_not_allowed_says_which_are(client: FlaskClient) -> None:
    assert "POST" in client.get("/form").headers["Allow"]


def test_fault_shows_no_trace_and_logs_it(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    answer = client.get("/fault")
    for inside in ("Traceback", "RuntimeError", "innermost secret", "conftest"):
        assert inside not in answer.text
    (record,) = [record for record in caplog.records if record.exc_info]
    assert record.levelno == logging.ERROR
    assert number_of(answer.text) in record.getMessage()
    assert "innermost secret" in caplog.text


def test_r095_r097_fault_speaks_of_technical_trouble_and_advises_another_browser(client: FlaskClient) -> None:
    text = client.get("/fault").text
    assert "Технические неполадки" in text
    assert "альтернативный браузер или режим инкогнито" in text


def test_problem_tells_the_person_and_the_developer_each_their_part(client: FlaskClient) -> None:
    text = client.get("/refusal").text
    assert "Зайдите в сервис по адресу" in text
    assert "Учебная поликлиника, polyclinic.example" in text
    assert '<a class="button button-primary" href="/support">' in text
    developer = text[text.index("Для разработчика") :]
    assert "ESIA-007023 invalid_request" in developer
    assert "redirect_uri differs from &lt;the stored one&gt;" in developer


def test_error_page_can_be_shown_when_the_page_itself_is_broken(
    build_demo: Callable[[Site], Flask], site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    app = build_demo(site)

    @app.context_processor
    def broken() -> dict[str, object]:
        raise ConnectionError("the database is away")

    answer = app.test_client().get("/nowhere")
    assert answer.status_code == 404
    assert answer.mimetype == "text/plain"
    assert "Учебный стенд. Это не Госуслуги." in answer.text
    assert number_of(answer.text) in caplog.text
    assert "the database is away" not in answer.text


@pytest.mark.parametrize(("path", "headers"), [("/api/refusal", {}), ("/refusal", {"Accept": "application/json"})])
def test_program_is_answered_with_a_problem_in_json(client: FlaskClient, path: str, headers: dict[str, str]) -> None:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 403
    assert answer.content_type == "application/problem+json"
    problem = json.loads(answer.text)
    assert problem["status"] == 403
    assert problem["title"] == "Вход остановлен"
    assert problem["code"] == "ESIA-007023 invalid_request"
    assert NUMBER.fullmatch(problem["number"])


def test_fault_of_the_api_tells_nothing_of_the_inside(client: FlaskClient) -> None:
    answer = client.get("/api/fault")
    assert answer.status_code == 500
    assert set(json.loads(answer.text)) == {"type", "title", "status", "detail", "number"}
    assert "secret" not in answer.text


@pytest.mark.parametrize("accept", ["*/*", "text/html,application/xhtml+xml,*/*;q=0.8", ""])
def test_browser_and_whoever_takes_anything_get_a_page(client: FlaskClient, accept: str) -> None:
    assert client.get("/refusal", headers={"Accept": accept}).mimetype == "text/html"


def test_log_names_the_endpoint_and_not_the_address(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="ground.web"):
        client.get("/nowhere/one-time-secret?code=another")
        client.get("/refusal?code=another")
    assert "one-time-secret" not in caplog.text
    assert "another" not in caplog.text


def test_two_errors_have_two_numbers(client: FlaskClient) -> None:
    assert number_of(client.get("/nowhere").text) != number_of(client.get("/nowhere").text)
