"""How operations are served, whatever they do: problems, decoding, and who may write."""

import re

import pytest

from idp.control import app as control_app
from idp.control.operation import Answer, Call, Operation
from idp.control.outbox import OutboxQuery
from idp.realm import Realm
from tests.browser import Browser
from tests.idp.control.conftest import Control
from tests.idp.stand import CONTROL, CONTROL_TOKEN, Stand

JSON = {"Content-Type": "application/json"}
BEARER = {"Authorization": f"Bearer {CONTROL_TOKEN}"}


def send(control: Control, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    answer = control.browser.session.request(method, CONTROL + path, data=body, headers=headers)
    assert answer.headers["Content-Type"] == "application/problem+json", answer.text
    return answer.status_code, str(answer.json()["type"]).removeprefix("urn:propusk:problem:")


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"{", (400, "body_malformed")), (b"\xff", (400, "body_malformed")), (b"[" * 100_000, (422, "body_invalid")),
        (b'{"given_name": "\\ud800"}', (400, "body_malformed")), (b'{"given_name": "a\\u0000"}', (422, "body_invalid")),
        (b'{"given_name": 1}', (422, "body_invalid")), (b"null", (422, "body_invalid")),
        (b'{"a":1}' + b" " * 300_000, (413, "request_entity_too_large")),
    ],
)  # fmt: skip
def test_body_that_cannot_be_read_is_a_problem(control: Control, body: bytes, problem: tuple[int, str]) -> None:
    assert send(control, "POST", "/people", body, BEARER | JSON) == problem


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("/people", {"firstname": "Вера"}, r"unknown field `firstname`; known are .*family_name, given_name, "),
        ("/people", {"birthdate": "03.05.1980"}, r"`\$.birthdate`: a date is written as 1980-05-03$"),
        ("/clock/expire", {"what": "acess_token"}, r"'acess_token' - at `\$.what`; known are .*\baccess_token, "),
        (
            "/login",
            {"person": "x", "methods": [{"name": "code", "script": "late"}]},
            r"`\$.methods\[0\].script`; known are .*wrong",
        ),
        ("/login", {"person": "x", "methods": [{"called": "code"}]}, r"`\$.methods\[0\]`; known are name, script$"),
        ("/people", {"given_name": 1}, r"^Expected `str.*, got `int` - at `\$.given_name`$"),
    ],
)
def test_name_or_word_that_is_unknown_is_refused_beside_the_known_ones(
    control: Control, path: str, body: dict[str, object], said: str
) -> None:
    """Somebody who wrote `firstname` read that it is unknown, and had to look for the name in the OpenAPI document."""
    answer = control.ask("POST", path, body)
    assert answer.status_code == 422
    assert re.search(said, answer.json()["detail"]), answer.json()["detail"]


def test_parameter_that_is_unknown_is_refused_beside_the_known_ones(control: Control) -> None:
    assert "`phone`; known are after, address, " in control.ask("GET", "/outbox?phone=1").json()["detail"]


@pytest.mark.parametrize("depth", [100, 400, 800, 900, 950, 980, 10_000])
def test_deep_body_breaks_nothing_however_deep_it_is(control: Control, depth: int) -> None:
    nested = b"[" * depth + b"]" * depth
    key = b'{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "a": %s}' % nested
    body = b'{"redirect_uris": ["http://localhost:1/"], "jwks": {"keys": [%s]}}' % key
    answer = control.browser.session.post(f"{CONTROL}/clients", data=body, headers=BEARER | JSON)
    assert answer.status_code in {100: (201,), 10_000: (400,)}.get(depth, (201, 400))
    if answer.ok:
        assert control.ask("GET", f"/clients/{answer.json()['client_id']}").status_code == 200
    assert control.ask("GET", "/clients").status_code == 200


def test_backslash_before_the_letters_of_an_escape_is_no_nul(control: Control) -> None:
    answer = control.ask("POST", "/people", {"given_name": "\\u0000"})
    assert (answer.status_code, answer.json()["given_name"]) == (201, "\\u0000")


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "application/json5", ""])
def test_body_that_is_not_called_json_is_refused(control: Control, media_type: str) -> None:
    """A page of another site can send a form or plain text without asking; JSON it cannot."""
    assert send(control, "POST", "/people", b"{}", BEARER | {"Content-Type": media_type}) == (415, "not_json")


@pytest.mark.parametrize(
    "query", ["after=1&after=2", "colour=red", "address=%00", "address=%ff", "&".join(f"a{n}=1" for n in range(101))]
)
def test_query_that_is_not_understood_is_refused(control: Control, query: str) -> None:
    assert control.refused("GET", f"/outbox?{query}") == (400, "query_invalid")


def test_operation_without_a_query_takes_none(control: Control) -> None:
    assert control.refused("GET", "/clock?now=1") == (400, "query_invalid")


@pytest.mark.parametrize("path", ["/people/%00", "/people/a%00b"])
def test_nul_in_a_path_names_nothing(control: Control, path: str) -> None:
    assert control.refused("GET", path) == (404, "not_found")


def test_lb_05_whoever_has_no_token_reads_a_problem(stand: Stand) -> None:
    control = Control(stand.control())
    for headers in (
        {},
        {"Authorization": "Bearer wrong"},
        BEARER | {"Origin": "http://evil.test"},
        BEARER | {"Host": "evil.test"},
    ):
        for path in ("/people", "/t/nobody/people", "/reset"):
            assert send(control, "POST", path, b"{}", headers | JSON) == (403, "forbidden")
    assert control.get("/people") == Control(stand.control()).get("/people")


def test_lb_05_whoever_is_refused_learns_who_may_enter_and_not_what_was_missing(stand: Stand) -> None:
    """Somebody without the token read «Forbidden», and nothing of a token or where it is."""
    refused = [{}, {"Authorization": "Bearer wrong"}, BEARER | {"Origin": "http://evil.test"}, BEARER | {"Host": "evil.test"}]
    session = stand.control().session
    (said,) = {session.get(f"{CONTROL}/people", headers=headers).json()["detail"] for headers in refused}
    assert "Authorization: Bearer" in said and "var/control-token" in said


def by_cookie(stand: Stand) -> Browser:
    """The phone's browser, which has shown the link once."""
    return stand.control().open(f"{CONTROL}/open?token={CONTROL_TOKEN}")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": CONTROL}, 200), ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": CONTROL, "Sec-Fetch-Site": "same-origin"}, 200), ({}, 403), ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403), ({"Sec-Fetch-Site": "none"}, 403), ({"Origin": "http://evil.test"}, 403),
        ({"Origin": "null"}, 403), ({"Origin": CONTROL, "Sec-Fetch-Site": "cross-site"}, 403),
    ],
)  # fmt: skip
def test_cookie_writes_only_from_our_own_page(stand: Stand, headers: dict[str, str], status: int) -> None:
    session = by_cookie(stand).session
    assert session.post(f"{CONTROL}/clock/advance", json={"seconds": 10}, headers=headers).status_code == status
    assert stand.clock.now() == Stand.START + (10 if status == 200 else 0)
    assert session.get(f"{CONTROL}/clock").status_code == 200, "reading does no harm"


def test_fault_is_a_problem_with_a_number(
    stand: Stand, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def handle(_realm: Realm, _call: Call) -> Answer:
        raise ZeroDivisionError("the secret of the fault")

    broken = Operation("broken", "GET", "/broken", "Break", handle, query=OutboxQuery)
    monkeypatch.setattr(control_app, "OPERATIONS", (*control_app.OPERATIONS, broken))
    answer = Control(stand.control()).ask("GET", "/broken")
    assert (answer.status_code, answer.headers["Content-Type"]) == (500, "application/problem+json")
    assert "secret" not in answer.text
    assert answer.json()["number"] in caplog.text


def test_unknown_path_is_a_page_for_people_and_a_problem_below_a_known_one(control: Control) -> None:
    answer = control.ask("GET", "/nowhere")
    assert (answer.status_code, answer.headers["Content-Type"].partition(";")[0]) == (404, "text/html")
    assert control.refused("GET", "/people/a/b") == (404, "not_found")
    assert control.refused("GET", "/t/nobody/clock/hands") == (404, "sandbox_unknown")


def test_page_that_breaks_is_still_a_page(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("idp.control.phone.read", lambda *_: 1 / 0)
    answer = Control(stand.control()).ask("GET", "/phone")
    assert (answer.status_code, answer.headers["Content-Type"].partition(";")[0]) == (500, "text/html")


def test_answers_are_not_stored(control: Control) -> None:
    assert control.ask("GET", "/people").headers["Cache-Control"] == "no-store"


def test_log_says_what_was_refused_and_repeats_nothing_of_what_was_asked(
    control: Control, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody needs a token to ask for a sandbox that is not there, and its name stood in the log with its line feeds."""
    caplog.set_level("INFO")
    for headers in ({}, BEARER):
        answer = control.browser.session.get(f"{CONTROL}/t/%0aERROR%20forged/nothing", headers=headers)
        assert answer.status_code == 404
    told = [record.getMessage() for record in caplog.records if record.name == "idp.control.serving"]
    assert told == ["operation None refused: 404 sandbox_unknown"] * 2
