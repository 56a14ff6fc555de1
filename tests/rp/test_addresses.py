"""Every address of the registry as somebody who proved nothing asks for it, and as somebody asks for what is another's."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import event
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from rp.access.guard import guard_of
from rp.access.policy import may_ever
from rp.access.principal import ANYBODY
from rp.api.description import describe
from rp.notices.telling import tell
from rp.patients.directory import find_by_snils
from rp.records.store import records_of
from tests.rp.api.systems import ANTON, System, id_of
from tests.rp.conftest import Browser, Stand
from tests.rp.documents.handing import hand_in, kept
from tests.rp.fake_provider import ISSUER, PYOTR, VERA
from tests.rp.requests.desk import Desk, ask_for_vaccination

NOBODY = "00000000-0000-4000-8000-00000000abcd"
NUMBER = re.compile(r"ТН-\d{8}-[0-9a-f]{6}")
TOKEN = re.compile(r'name="csrf_token" value="([0-9a-f]{64})"')
FILES = "static"


def addresses(app: Flask) -> Iterator[tuple[str, str]]:
    """Method and path of every view that is not for everybody."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        operation = guard_of(view)
        if rule.endpoint.endswith(FILES) or (operation and may_ever(ANYBODY, operation)):
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, path_of(rule)


def path_of(rule: Rule) -> str:
    return re.sub(r"<(?:[a-z]+:)?(\w+)>", lambda _found: NOBODY, rule.rule)


def test_rg_01_nobody_gets_anything_of_any_address(stand: Stand) -> None:
    app = stand.app()
    asked = list(addresses(app))
    assert len(asked) > 30
    for method, path in asked:
        answer = app.test_client().open(path, method=method)
        if path.startswith("/api/"):
            assert answer.status_code == 401, (method, path)
        elif method == "GET":
            assert answer.status_code == 302, (method, path)
            assert answer.headers["Location"].startswith(f"{ISSUER}/oauth2/authorize?"), path
        else:
            # Without the token of a form nothing is even looked at; where a file may come, the guard stands before it.
            assert answer.status_code in (302, 403), (method, path)
        for name in ("Ромашкин", "Незабудкин", "000-000-017"):
            assert name not in answer.text


def test_rg_01_nobody_learns_whether_there_is_such_a_thing(stand: Stand) -> None:
    with stand.realm.database.read() as connection:
        pyotr = find_by_snils(connection, stand.realm, PYOTR["snils"])
        assert pyotr is not None
        record = records_of(connection, stand.realm, pyotr.id)[0]
    app = stand.app()
    for path, known in (("/records/{}", record.id), ("/api/v1/patients/{}", pyotr.id), ("/api/v1/patients/{}/records", pyotr.id)):
        answers = [app.test_client().get(path.format(identifier)) for identifier in (known, NOBODY)]
        assert answers[0].status_code == answers[1].status_code
        assert {name for name, _value in answers[0].headers} == {name for name, _value in answers[1].headers}


@contextmanager
def statements(stand: Stand) -> Iterator[list[str]]:
    """What is asked of the database meanwhile."""
    asked: list[str] = []

    def listen(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    event.listen(stand.realm.database.engine, "before_cursor_execute", listen)
    yield asked
    event.remove(stand.realm.database.engine, "before_cursor_execute", listen)


def signed_in(stand: Stand, person: dict[str, Any]) -> Browser:
    stand.provider.person = dict(person)
    browser = stand.browser()
    browser.sign_in()
    return browser


@pytest.fixture
def others(stand: Stand) -> dict[str, str]:
    """The address of one thing of Пётр's of every kind."""
    pyotr = signed_in(stand, PYOTR)
    picture = io.BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "JPEG")
    hand_in(pyotr, picture.getvalue())
    (document,) = kept(pyotr).values()
    request = ask_for_vaccination(stand, Desk(pyotr))
    with stand.realm.database.write() as connection:
        patient = find_by_snils(connection, stand.realm, PYOTR["snils"])
        assert patient is not None
        record = records_of(connection, stand.realm, patient.id)[0]
        tell(connection, stand.realm, patient.id, subject="Новость", text="Текст")
    notice = re.search(r'href="(/notices/[0-9a-f-]{36})"', pyotr.get("/notices").text)
    assert notice is not None
    found = {"record": f"/records/{record.id}", "document": document, "request": request, "notice": notice[1]}
    assert all(pyotr.get(path).status_code == 200 for path in found.values())
    return found


@pytest.mark.parametrize(
    ("client_id", "path"),
    [
        ("insurer", "/patients/{}"),
        ("insurer", "/patients/{}/records"),
        ("insurer", "/patients?snils={}"),
        ("partner", "/patients/{}"),
        ("partner", "/patients?snils={}"),
    ],
)
def test_rg_03_whom_a_system_may_not_know_is_not_there_by_body_and_by_work(stand: Stand, client_id: str, path: str) -> None:
    with_snils = "snils" in path
    foreign, unknown = (ANTON, "000-000-099 00") if with_snils else (id_of(stand, ANTON), NOBODY)
    system = System(stand, client_id)
    system.get(path.format(unknown))
    answers: list[TestResponse] = []
    work: list[list[str]] = []
    for identifier in (foreign, unknown):
        with statements(stand) as asked:
            answers.append(system.get(path.format(identifier)))
        work.append(asked)
    assert answers[0].status_code == answers[1].status_code == (200 if with_snils else 404)
    assert answers[0].data == answers[1].data
    assert work[0] == work[1]


@pytest.mark.parametrize("kind", ["record", "document", "request", "notice"])
def test_rg_03_what_is_anothers_is_not_there_by_body_and_by_work(stand: Stand, others: dict[str, str], kind: str) -> None:
    """Time is measured by what takes it: the statements that the database is asked."""
    vera = signed_in(stand, VERA)
    foreign = others[kind]
    unknown = f"{foreign.rpartition('/')[0]}/{NOBODY}"
    vera.get(unknown)  # whatever is prepared once is prepared now
    answers: list[TestResponse] = []
    work: list[list[str]] = []
    for path in (foreign, unknown):
        with statements(stand) as asked:
            answers.append(vera.get(path))
        work.append(asked)
    assert [answer.status_code for answer in answers] == [404, 404]
    bodies = [NUMBER.sub("", answer.text).replace(foreign, unknown) for answer in answers]
    assert bodies[0] == bodies[1]
    assert work[0] == work[1]


def test_rg_03_another_persons_forms_are_not_there_either(stand: Stand, others: dict[str, str]) -> None:
    vera = signed_in(stand, VERA)
    token = TOKEN.search(vera.get("/").text)
    assert token is not None
    for path in (f"{others['request']}/withdraw", f"{others['request']}/send", f"{others['document']}/remove"):
        assert vera.client.post(path, data={"csrf_token": token[1]}).status_code == 404, path
    assert signed_in(stand, PYOTR).get(others["request"]).status_code == 200


def test_the_description_names_every_address_of_the_api_and_no_other(stand: Stand) -> None:
    app = stand.app()
    served = {
        (method.lower(), re.sub(r"<(?:[a-z]+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    with app.test_request_context("/"):
        paths = describe(stand.realm)["paths"]
    assert {(method, path) for path, methods in paths.items() for method in methods} == served


@pytest.mark.postgresql
def test_rg_23_an_address_with_nul_is_a_400_wherever_it_stands(postgresql_stand: Stand) -> None:
    vera = signed_in(postgresql_stand, VERA)
    app = postgresql_stand.app()
    for method, path in addresses(app):
        if method == "GET" and NOBODY in path and not path.startswith("/api/"):
            assert vera.get(path.replace(NOBODY, "a%00b")).status_code == 400, path
    for path in ("/history?source=%00", "/requests/new/correction?record=a%00b", "/?group=%00"):
        assert vera.get(path).status_code == 400, path
