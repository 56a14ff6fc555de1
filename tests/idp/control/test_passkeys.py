"""A passkey that the stand holds: enrolled by the control plane, signed with by a sign-in without a browser."""

from typing import Any

import pytest

from tests.idp.control.conftest import Control
from tests.idp.methods.authenticator import Device
from tests.idp.methods.passkeys import keep
from tests.idp.stand import Stand

VERA = "vera@example.test"
PASSKEY = [{"name": "passkey"}]


def login(control: Control, **body: Any) -> dict[str, Any]:
    return dict(control.post("/login", person=VERA, **body))


def scripted(script: str) -> list[dict[str, str]]:
    return [{"name": "passkey", "script": script}]


@pytest.fixture
def vera(stand: Stand, control: Control) -> str:
    """Vera's id; the stand holds a passkey of hers."""
    citizen_id = stand.citizen(VERA)
    made = control.post(f"/people/{citizen_id}/passkeys")
    assert (made["name"], made["synced"]) == ("Ключ стенда", False)
    return citizen_id


@pytest.mark.parametrize(("synced", "word"), [(False, "hwk"), (True, "swk")])
def test_enrolled_passkey_signs_in_without_a_browser(stand: Stand, control: Control, synced: bool, word: str) -> None:
    control.post(f"/people/{stand.citizen(VERA)}/passkeys", synced=synced, name="Мой ключ")
    for _ in range(2):
        answer = login(control, methods=PASSKEY)
        assert (answer["outcome"], answer["acr"], answer["amr"]) == ("done", "substantial", [word, "user", "mfa"])
    assert answer["person_id"] == stand.citizen(VERA)
    assert "method.enrolled" in stand.actions()


def test_passkey_is_the_second_step_after_a_password(control: Control, vera: str) -> None:
    answer = login(control, methods=[{"name": "password"}, {"name": "passkey"}], acr_values="substantial")
    assert answer["outcome"] == "done"
    assert answer["acr"] == "substantial"


@pytest.mark.parametrize(
    ("script", "reason", "journal"),
    [
        ("wrong", "wrong_signature", "proof.checked wrong_signature"),
        ("time_out", "expired", "proof.checked expired"),
    ],
)
def test_wrong_and_late_answers_are_refused_as_a_page_refuses_them(
    stand: Stand, control: Control, vera: str, script: str, reason: str, journal: str
) -> None:
    answer = login(control, methods=scripted(script))
    assert (answer["outcome"], answer["reason"]) == ("refused", reason)
    assert stand.actions()[-1] == journal


def test_wrong_answer_and_then_the_right_one_let_in(stand: Stand, control: Control, vera: str) -> None:
    assert login(control, methods=scripted("wrong_then_right"))["outcome"] == "done"
    assert stand.actions()[-3:] == ["proof.checked wrong_signature", "proof.checked", "session.opened opened"]


def test_passkey_of_somebodys_own_device_is_not_the_stands_to_use(stand: Stand, control: Control) -> None:
    keep(stand, Device())
    answer = login(control, methods=PASSKEY)
    assert (answer["outcome"], answer["reason"]) == ("refused", "no_software_passkey")


def test_passkey_is_not_offered_to_whoever_has_none(control: Control) -> None:
    assert control.refused("POST", "/login", {"person": VERA, "methods": PASSKEY}) == (400, "method_not_offered")


def test_nobody_has_no_passkeys(control: Control) -> None:
    assert control.refused("POST", "/people/nobody/passkeys", {}) == (404, "person_unknown")


@pytest.mark.parametrize("body", [{"name": ""}, {"name": "x" * 61}, {"synced": "yes"}, {"key": "mine"}, []])
def test_terms_that_make_no_passkey_are_refused(stand: Stand, control: Control, body: object) -> None:
    assert control.refused("POST", f"/people/{stand.citizen(VERA)}/passkeys", body) == (422, "body_invalid")
    assert stand.rows("SELECT count(*) FROM passkeys") == [(0,)]


def test_removed_person_leaves_no_passkey(stand: Stand, control: Control, vera: str) -> None:
    assert control.ask("DELETE", f"/people/{vera}").status_code == 204
    assert stand.rows("SELECT count(*) FROM passkeys") == stand.rows("SELECT count(*) FROM passkey_handles") == [(0,)]
