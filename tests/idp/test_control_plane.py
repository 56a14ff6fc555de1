"""The control plane: for whoever has its token, by its own name, and not there at all in production."""

import threading

import pytest

from idp.control.app import make_control
from idp.errors import StandUnusable
from tests.browser import Browser
from tests.idp.stand import CONTROL, CONTROL_TOKEN, Stand

BEARER = {"Authorization": f"Bearer {CONTROL_TOKEN}"}
DOORS = ["/", "/phone", "/outbox"]


def send_sms(stand: Stand) -> str:
    browser = stand.browser().open(stand.authorize_url(acr_values="substantial"))
    stand.sign_in(browser)
    return stand.last_code()


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {CONTROL_TOKEN}"}, {"Authorization": "Bearer "},
     {"Cookie": "idp_control_pass=wrong"}, {"Cookie": f"idp_control_pass={CONTROL_TOKEN}"}, {"Authorization": "Bearer é"}],
)  # fmt: skip
def test_lb_05_nothing_goes_without_the_token(stand: Stand, door: str, headers: dict[str, str]) -> None:
    send_sms(stand)
    browser = stand.control().open(CONTROL + door, headers=headers)
    assert browser.status == 403
    assert stand.last_code() not in browser.answer.text


def test_token_opens_every_door(stand: Stand) -> None:
    assert [stand.control().open(CONTROL + door, headers=BEARER).status for door in DOORS] == [200, 200, 200]


def test_lb_05_foreign_host_is_refused_even_with_the_token(stand: Stand) -> None:
    for door in (*DOORS, "/health", f"/open?token={CONTROL_TOKEN}"):
        assert stand.control().open(f"http://evil.test:8401{door}", headers=BEARER).status == 403
        assert stand.control().open(CONTROL + door, headers=BEARER | {"Host": "evil.test:8401"}).status == 403
    assert stand.control().open(f"http://localhost:8401{DOORS[1]}", headers=BEARER).status == 200


@pytest.mark.parametrize(
    "origin", ["http://evil.test", "null", "https://127.0.0.1:8401", "http://127.0.0.1:8400", "http://127.0.0.1:8401.evil.test"]
)
def test_lb_05_page_of_another_origin_is_refused(stand: Stand, origin: str) -> None:
    assert stand.control().open(f"{CONTROL}/outbox", headers=BEARER | {"Origin": origin}).status == 403


def test_own_origin_is_welcome(stand: Stand) -> None:
    assert stand.control().open(f"{CONTROL}/outbox", headers=BEARER | {"Origin": CONTROL}).status == 200


def test_printed_link_sets_a_cookie_and_leaves_the_token_behind(stand: Stand) -> None:
    browser = stand.control().open(f"{CONTROL}/open?token={CONTROL_TOKEN}")
    assert browser.url == f"{CONTROL}/phone"
    assert browser.status == 200
    assert CONTROL_TOKEN not in str(browser.session.cookies)
    assert CONTROL_TOKEN not in browser.answer.text
    assert "HttpOnly" in browser.answer.history[0].headers["Set-Cookie"]
    assert browser.open(f"{CONTROL}/outbox").status == 200
    assert stand.actions()[-1] == "control.opened"


@pytest.mark.parametrize("token", ["", "wrong", CONTROL_TOKEN[:-1], CONTROL_TOKEN + "x", "é"])
def test_wrong_link_sets_nothing(stand: Stand, token: str) -> None:
    browser = stand.control().open(f"{CONTROL}/open", params={"token": token})
    assert browser.status == 403
    assert "idp_control_pass" not in browser.session.cookies


def test_new_token_makes_the_old_cookie_worthless(stand: Stand) -> None:
    browser = stand.control().open(f"{CONTROL}/open?token={CONTROL_TOKEN}")
    (stand.settings.var_folder / "control-token").write_text("another token of the control plane, long")
    assert browser.open(f"{CONTROL}/phone").status == 403


def read(browser: Browser, **parameters: object) -> dict[str, object]:
    return dict(browser.open(f"{CONTROL}/outbox", params=parameters, headers=BEARER).answer.json())


def test_outbox_tells_messages_oldest_first_and_what_to_ask_for_next(stand: Stand) -> None:
    assert read(stand.control()) == {"messages": [], "last": 0}
    first, second = send_sms(stand), send_sms(stand)
    answer = read(stand.control())
    texts = [message["text"] for message in answer["messages"]]  # type: ignore[index,attr-defined]
    assert first in texts[0]
    assert second in texts[1]
    assert read(stand.control(), after=answer["last"]) == {"messages": [], "last": answer["last"]}


@pytest.mark.parametrize(
    ("address", "found"), [("+70000000017", 1), ("80000000017", 1), ("+70000000018", 0), ("vera@example.test", 0)]
)
def test_outbox_finds_a_phone_in_both_forms(stand: Stand, address: str, found: int) -> None:
    send_sms(stand)
    assert len(read(stand.control(), address=address)["messages"]) == found  # type: ignore[arg-type]


def test_plus_that_was_not_encoded_still_means_the_phone(stand: Stand) -> None:
    send_sms(stand)
    answer = stand.control().open(f"{CONTROL}/outbox?address=+70000000017", headers=BEARER).answer.json()
    assert len(answer["messages"]) == 1


@pytest.mark.parametrize(
    "query",
    ["after=x", "after=-1", "after=1e3", "wait_for=soon", "after=" + "9" * 13, "address=somebody", "address=%00", "after=%D9%A1"],
)
def test_junk_parameters_are_a_bad_request(stand: Stand, query: str) -> None:
    assert stand.control().open(f"{CONTROL}/outbox?{query}", headers=BEARER).status == 400


def test_long_poll_answers_as_soon_as_a_row_arrives(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting, arrived, answers = threading.Event(), threading.Event(), []

    def wait(_seconds: float) -> None:
        waiting.set()
        assert arrived.wait(20)

    monkeypatch.setattr("idp.control.waiting.wait", wait)
    control = stand.control()
    poll = threading.Thread(target=lambda: answers.append(read(control, wait_for=30)))
    poll.start()
    assert waiting.wait(20), "nothing is there yet, so the poll waits"
    assert not answers
    code = send_sms(stand)
    arrived.set()
    poll.join(20)
    assert [code in message["text"] for message in answers[0]["messages"]] == [True]


def test_long_poll_gives_up_after_its_patience_and_never_waits_longer_than_the_limit(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr("idp.control.waiting.monotonic_seconds", lambda: now[0])

    def wait(seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr("idp.control.waiting.wait", wait)
    assert read(stand.control(), wait_for=2)["messages"] == []
    assert 2 <= now[0] < 2.2
    now[0] = 0.0
    read(stand.control(), wait_for=999_999)
    assert 30 <= now[0] < 30.2


def test_health_is_open_to_its_own_names(stand: Stand) -> None:
    assert stand.control().open(f"{CONTROL}/health").answer.json() == {"status": "ok", "environment": "test"}


def test_lb_10_control_plane_does_not_exist_in_production(stand: Stand) -> None:
    production = Stand(stand.settings.home, stand.clock, environment="production", issuer="https://idp.test", codes_per_hour=5)
    with pytest.raises(StandUnusable, match="only with environment"):
        make_control(production.realm)
    production.close()


@pytest.mark.parametrize(("token", "words"), [(None, "is missing"), ("", "too short"), ("short", "too short")])
def test_control_plane_does_not_start_without_a_token_worth_the_name(stand: Stand, token: str | None, words: str) -> None:
    file = stand.settings.var_folder / "control-token"
    file.unlink() if token is None else file.write_text(token)
    with pytest.raises(StandUnusable, match=words):
        make_control(stand.realm)
