"""The telephone shows what the registry would have sent, beside what the provider has sent."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import orjson
import pytest

from idp.control import phone, registry
from tests.browser import Browser
from tests.idp.stand import CONTROL, CONTROL_TOKEN, Stand
from tests.idp.test_phone import BEARER, PYOTR, VERA, VERA_MAIL, post, read

REGISTRY = "http://127.0.0.1:8501"
TOKEN = "the token of the registry's control plane"


@dataclass
class FakeRegistry:
    """The outbox of a registry at its control plane. `status` is what it answers."""

    status: str = "200 OK"
    messages: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def send(self, address: str, text: str, *, at: int = Stand.START, subject: str | None = None, delivery: str = "kept") -> None:
        number = len(self.messages) + 1
        channel = "email" if "@" in address else "sms"
        told = {"number": number, "id": str(number), "channel": channel, "address": address, "subject": subject, "text": text}
        self.messages.append({**told, "created_at": at, "delivery": delivery})

    def __call__(self, environment: dict[str, Any], start_response: Any) -> list[bytes]:
        self.asked.append(environment["QUERY_STRING"])
        query = parse_qs(environment["QUERY_STRING"])
        is_right = environment.get("HTTP_AUTHORIZATION") == f"Bearer {TOKEN}" and environment["PATH_INFO"] == "/outbox"
        start_response(self.status if is_right else "403 FORBIDDEN", [("Content-Type", "application/json")])
        after, address = int(query["after"][0]), query.get("address", [None])[0]
        found = [each for each in self.messages if each["number"] > after and address in (None, each["address"])]
        return [orjson.dumps({"messages": found, "last": after, "newest": len(self.messages)})]


@pytest.fixture
def control(stand: Stand) -> Browser:
    browser = stand.control()
    browser.session.headers.update(BEARER)
    return browser


@pytest.fixture
def sender(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> FakeRegistry:
    """A registry beside the provider, which is asked each time."""
    monkeypatch.setattr(registry, "ASKED_AGAIN_AFTER_SECONDS", 0)
    (stand.settings.var_folder / registry.TOKEN_FILE).write_text(TOKEN + "\n")
    stand.transport.hosts[REGISTRY] = sender = FakeRegistry()
    return sender


def test_messages_of_both_are_on_one_phone_newest_first(stand: Stand, control: Browser, sender: FakeRegistry) -> None:
    post(stand, VERA, "Первое.")
    sender.send(VERA, "Второе.", at=Stand.START + 1)
    sender.send(VERA_MAIL, "Письмо.", at=Stand.START + 2, subject="Новое сообщение")
    sender.send(PYOTR, "Не ей.")
    stand.clock.advance(2)
    post(stand, VERA, "Третье.")
    page = read(control, f"/{stand.citizen(VERA)}")
    assert page.all("data-number") == ["2", "r1", "1", "r2"], "each screen by itself"
    assert "<h3>Новое сообщение</h3>" in control.answer.text
    assert "Не ей." not in control.text
    news = read(control, f"/{stand.citizen(VERA)}/messages", after=1, registry_after=1)
    assert news.all("data-number") == ["2", "r2"]
    assert (news.news["data-last"], news.news["data-registry-last"]) == ("2", "3")


def test_waiting_ends_when_the_registry_sends(
    stand: Stand, control: Browser, sender: FakeRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender.send(VERA, "Прежнее.")
    monkeypatch.setattr(phone, "wait", lambda _seconds: sender.send(VERA, "Пришло."))
    page = read(control, f"/{stand.citizen(VERA)}/messages", registry_after=1, wait_for=10)
    assert page.all("data-number") == ["r2"]


def test_registry_that_was_emptied_is_told_at_once(stand: Stand, control: Browser, sender: FakeRegistry) -> None:
    assert read(control, "/messages", registry_after=41, wait_for=10).news["data-registry-last"] == "0"


def test_whoever_the_registry_wrote_to_last_is_shown(stand: Stand, control: Browser, sender: FakeRegistry) -> None:
    post(stand, VERA, "Вере.")
    sender.send(PYOTR, "Петру.", at=Stand.START + 1)
    read(control)
    assert "Телефон: Пётр Н." in control.text and "Петру." in control.text
    sender.send("+70009999999", "Никому.", at=Stand.START + 2)
    assert "Никому." in control.open(f"{CONTROL}/phone/newcomer").text


def test_what_failed_is_not_shown(stand: Stand, control: Browser, sender: FakeRegistry) -> None:
    sender.send(VERA, "Не дошло.", delivery="failed")
    assert read(control, f"/{stand.citizen(VERA)}").bubbles == []


@pytest.mark.parametrize("status", ["403 FORBIDDEN", "500 BROKEN", "302 FOUND"])
def test_registry_that_does_not_answer_leaves_the_phone_as_it_is(
    stand: Stand, control: Browser, sender: FakeRegistry, status: str
) -> None:
    sender.send(VERA, "Тайное.")
    sender.status = status
    post(stand, VERA, "Вере.")
    page = read(control, f"/{stand.citizen(VERA)}/messages", registry_after=7)
    assert page.all("data-number") == ["1"]
    assert page.news["data-registry-last"] == "7", "it has not been emptied"
    stand.transport.hosts[REGISTRY] = None
    assert read(control, f"/{stand.citizen(VERA)}").all("data-number") == ["1"]


def test_registry_is_not_asked_without_its_token_nor_for_a_sandbox(stand: Stand, control: Browser, sender: FakeRegistry) -> None:
    assert control.session.post(f"{CONTROL}/sandboxes", json={"id": "mine"}).status_code == 201
    sender.asked.clear()
    assert control.open(f"{CONTROL}/t/mine/phone").status == 200
    (stand.settings.var_folder / registry.TOKEN_FILE).unlink()
    assert control.open(f"{CONTROL}/phone").status == 200
    assert sender.asked == []


def test_operators_own_token_of_the_registry_is_shown_to_it(
    stand: Stand, control: Browser, sender: FakeRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    (stand.settings.var_folder / registry.TOKEN_FILE).write_text("another")
    sender.send(VERA, "Вере.")
    assert read(control, f"/{stand.citizen(VERA)}").bubbles == []
    monkeypatch.setenv(registry.TOKEN_VARIABLE, TOKEN)
    assert len(read(control, f"/{stand.citizen(VERA)}").bubbles) == 1
    assert CONTROL_TOKEN != TOKEN
