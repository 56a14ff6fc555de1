"""The control plane of the registry: who may enter, what it tells, and that production has none."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
import requests

from ground.wire import Wsgi
from rp.access.heads import verified
from rp.control.app import OPERATIONS, make_control
from rp.control.gate import ControlUnusable, hosts
from rp.patients.models import PatientRow
from rp.settings import TOKEN_VARIABLE, Settings
from tests.rp.conftest import NOW, Stand
from tests.wsgi_transport import WsgiTransport

CONTROL = "http://127.0.0.1:8501"
TOKEN = "t" * 40
VERA, VERA_MAIL = "+70000000017", "vera@example.test"


@dataclass
class Control:
    """Somebody at the control plane."""

    application: Wsgi
    token: str | None = TOKEN

    def ask(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None, at: str = CONTROL, **query: Any
    ) -> requests.Response:
        session = requests.Session()
        session.mount("http://", WsgiTransport({at: self.application}))
        shown = {"Authorization": f"Bearer {self.token}"} if self.token is not None else {}
        return session.request(method, at + path, json=body, params=query, headers=shown | (headers or {}))

    def messages(self, **query: Any) -> list[dict[str, Any]]:
        answer = self.ask("GET", "/outbox", **query)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["messages"]
        return found


@pytest.fixture
def control(stand: Stand) -> Control:
    stand.home.control_token_file.write_text(TOKEN + "\n")
    return Control(make_control(stand.realm))


def post(stand: Stand, address: str, text: str, subject: str | None = None) -> None:
    channel = "email" if "@" in address else "sms"
    with stand.realm.database.write() as connection:
        stand.realm.outbox.post(connection, channel=channel, address=address, text=text, subject=subject)


def test_outbox_tells_what_would_have_been_sent(stand: Stand, control: Control) -> None:
    post(stand, VERA, "Первое.")
    post(stand, VERA_MAIL, "Второе.", "Тема")
    first, second = control.messages()
    assert (first["number"], first["channel"], first["address"], first["text"]) == (1, "sms", VERA, "Первое.")
    assert (second["subject"], second["created_at"], second["delivery"]) == ("Тема", NOW, "kept")
    assert [message["number"] for message in control.messages(after=1)] == [2]
    assert [message["number"] for message in control.messages(address=VERA)] == [1]
    told = control.ask("GET", "/outbox", after=1, address=VERA).json()
    assert told == {"messages": [], "last": 1, "newest": 2}


def test_waiting_ends_when_a_message_comes(stand: Stand, control: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rp.control.outbox.wait", lambda _seconds: post(stand, VERA, "Пришло."))
    assert [message["text"] for message in control.messages(wait_for=10)] == ["Пришло."]


def test_nobody_waits_longer_than_the_limit(control: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("rp.control.outbox.wait", lambda seconds: now.__setitem__(0, now[0] + seconds))
    monkeypatch.setattr("rp.control.outbox.monotonic_seconds", lambda: now[0])
    assert control.messages(wait_for=999_999) == []
    assert 30 <= now[0] < 31


def test_r028_test_can_have_messages_to_an_address_fail(stand: Stand, control: Control) -> None:
    assert control.ask("POST", "/outbox/failing", {"address": VERA, "fails": True}).status_code == 204
    post(stand, VERA, "Не дойдёт.")
    assert [message["delivery"] for message in control.messages()] == ["failed"]
    assert control.ask("POST", "/outbox/failing", {"address": VERA, "fails": False}).status_code == 204
    post(stand, VERA, "Дойдёт.")
    assert [message["delivery"] for message in control.messages()] == ["failed", "kept"]


def test_clock_is_the_stands(stand: Stand, control: Control) -> None:
    assert control.ask("GET", "/clock").json() == {"now": NOW, "frozen": False}
    stand.clock.advance(60)
    assert control.ask("GET", "/clock").json()["now"] == NOW + 60


def test_reset_leaves_the_seed_and_nothing_else(stand: Stand, control: Control) -> None:
    browser = stand.browser()
    browser.sign_in()
    post(stand, VERA, "Прежнее.")
    stand.home.documents.mkdir(exist_ok=True)
    (stand.home.documents / "sealed").write_bytes(b"of a row that goes")
    assert control.ask("POST", "/reset").status_code == 204
    assert control.messages() == []
    assert browser.get("/").status_code == 302, "nobody is signed in"
    assert not (stand.home.documents / "sealed").exists()
    stand.browser().sign_in()
    assert verified(stand.realm).is_whole
    with stand.realm.database.read() as connection:
        assert connection.execute(PatientRow.__table__.select()).first() is not None


@pytest.mark.parametrize(
    "operation", [each for each in OPERATIONS if not each.is_open], ids=lambda each: f"{each.method} {each.path}"
)
def test_lb_05_nothing_is_done_without_the_token(control: Control, operation: Any) -> None:
    for token in (None, "", "x" * 40, TOKEN + "x"):
        answer = replace(control, token=token).ask(operation.method, operation.path)
        assert answer.status_code == 403
        assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("at", "headers"),
    [
        ("http://evil.test:8501", {}),
        (CONTROL, {"Host": "evil.test:8501"}),
        (CONTROL, {"Origin": "http://evil.test"}),
        (CONTROL, {"Origin": CONTROL}),
    ],
)
def test_lb_05_a_page_cannot_reach_it_through_a_browser(control: Control, at: str, headers: dict[str, str]) -> None:
    """Its own page could not either: it has none."""
    for path in ("/outbox", "/health"):
        assert control.ask("GET", path, headers=headers, at=at).status_code == 403
    assert control.ask("GET", "/outbox", at="http://localhost:8501").status_code == 200


def test_health_needs_no_token(control: Control) -> None:
    assert replace(control, token=None).ask("GET", "/health").json() == {"status": "ok", "environment": "test"}


@pytest.mark.parametrize(
    ("method", "path", "options", "problem"),
    [
        ("GET", "/nothing", {}, (404, "not_found")),
        ("DELETE", "/outbox", {}, (405, "method_not_allowed")),
        ("GET", "/outbox", {"after": "x"}, (400, "query_invalid")),
        ("GET", "/outbox", {"after": "-1"}, (400, "query_invalid")),
        ("GET", "/outbox", {"other": "1"}, (400, "query_invalid")),
        ("GET", "/outbox", {"address": "somebody"}, (400, "query_invalid")),
        ("GET", "/clock", {"now": "1"}, (400, "query_invalid")),
        ("POST", "/outbox/failing", {"body": {"address": VERA}}, (422, "body_invalid")),
        ("POST", "/outbox/failing", {"body": {"address": "somebody", "fails": True}}, (422, "body_invalid")),
        ("POST", "/outbox/failing", {"body": {"address": "x" * 300 + "@a", "fails": True}}, (422, "body_invalid")),
    ],
)
def test_what_makes_no_sense_is_a_problem(
    control: Control, method: str, path: str, options: dict[str, Any], problem: tuple[int, str]
) -> None:
    answer = control.ask(method, path, **options)
    told = answer.json()
    assert (answer.status_code, told["type"]) == (problem[0], f"urn:propusk:problem:{problem[1]}")


def test_fault_of_ours_is_a_problem_with_a_number(
    stand: Stand, control: Control, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ground.outbox.Outbox.last_number", lambda *_: 1 / 0)
    answer = control.ask("GET", "/outbox")
    assert answer.status_code == 500
    assert answer.json()["detail"] in caplog.text


def test_lb_10_production_has_no_control_plane_and_a_door_for_others_needs_a_token_of_ones_own(
    make_stand: Callable[..., Stand], monkeypatch: pytest.MonkeyPatch
) -> None:
    stand = make_stand()
    with pytest.raises(ControlUnusable, match="registry-control-token is missing: run scripts/keys"):
        make_control(stand.realm)
    stand.home.control_token_file.write_text("short")
    with pytest.raises(ControlUnusable, match="too short"):
        make_control(stand.realm)
    stand.home.control_token_file.write_text(TOKEN)
    for other, says in (
        ({"environment": "production", "url": "https://rp.test", "issuer": "https://idp.test"}, "only with environment"),
        ({"control_listen": "0.0.0.0:8501"}, "could be reached from other machines"),
    ):
        with pytest.raises(ControlUnusable, match=says):
            make_control(replace(stand.realm, settings=replace(stand.realm.settings, **other)))
    monkeypatch.setenv(TOKEN_VARIABLE, "too short")
    with pytest.raises(ControlUnusable, match="at least 32"):
        make_control(stand.realm)
    monkeypatch.setenv(TOKEN_VARIABLE, "o" * 40)
    opened = replace(stand.realm.settings, control_listen="0.0.0.0:8501")
    control = Control(make_control(replace(stand.realm, settings=opened)), token="o" * 40)
    assert control.ask("GET", "/clock").status_code == 200
    assert replace(control, token=TOKEN).ask("GET", "/clock").status_code == 403


def test_operator_names_other_hosts() -> None:
    settings = Settings(environment="test", control_listen="0.0.0.0:8501", control_names=("ci", "a:1"))
    assert hosts(settings) == {"0.0.0.0:8501", "localhost:8501", "127.0.0.1:8501", "ci:8501", "a:1"}
