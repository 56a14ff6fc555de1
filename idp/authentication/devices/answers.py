"""How an answer of a device is judged, whichever way it came: by the door of the application, or from the stand's telephone."""

from typing import Any

from sqlalchemy import Connection

from ground.chance import draw_identifier, draw_token
from idp.audit import Event, record
from idp.authentication import risk
from idp.authentication.devices import requests, store
from idp.authentication.devices.keys import SignatureWrong, public_half, read_answer
from idp.authentication.devices.requests import AnswerRefused, AskedDevice, State
from idp.authentication.devices.store import KnownDevice
from idp.realm import Realm

REFUSALS = {
    "signature_wrong": 403,
    "foreign": 403,
    "unknown": 404,
    "answered": 409,
    "expired": 409,
    "number_unknown": 422,
}
"""Why an answer comes to nothing, and the status that says so."""


def judge(realm: Realm, device: KnownDevice, request_id: str, text: str) -> State:
    """What a signed answer comes to. Raises AnswerRefused with a word of REFUSALS, after the journal has it.

    An answer that approves is no sign-in yet: the page that waits uses it. One that denies, or takes a number that stands on no
    page, counts as a failure of that person at once.
    """
    with realm.database.write() as connection:
        request = requests.find(realm, connection, request_id)
        try:
            state = _judge(realm, connection, device, request_id, request, text)
        except AnswerRefused as refused:
            _write_down(realm, connection, device.citizen_id, request_id, outcome=refused.reason, device_id=device.id)
            reason = refused.reason
        else:
            store.mark_used(realm, connection, device.id)
            return state
    raise AnswerRefused(reason)


def conclude(
    realm: Realm,
    connection: Connection,
    request: AskedDevice,
    *,
    citizen_id: str,
    is_approved: bool,
    number: int | None,
    device_id: str | None = None,
) -> State:
    """Write down what somebody has answered whom we believe to be the owner. Raises AnswerRefused."""
    state = requests.give_answer(
        realm,
        connection,
        request,
        citizen_id=citizen_id,
        is_approved=is_approved,
        number=number,
        device_id=device_id,
    )
    _write_down(realm, connection, citizen_id, request.id, outcome=state, device_id=device_id)
    if state in ("denied", "wrong_number"):
        risk.count_failure(realm, connection, citizen_id)
    return state


def enrol(realm: Realm, code: str, *, name: str, public_key: Any) -> tuple[str, str]:
    """Add the device that brings the code of an enrolment: its id and its token. Raises AnswerRefused, KeyRefused."""
    key = public_half(public_key)
    device_id, token = draw_identifier(realm.chance, "device"), draw_token(realm.chance, "device token")
    with realm.database.write() as connection:
        citizen_id = take_code(realm, connection, code, device_id=device_id)
        store.add(realm, connection, citizen_id, device_id=device_id, name=name, public_key=key, token=token)
    return device_id, token


def take_code(realm: Realm, connection: Connection, code: str, *, device_id: str) -> str:
    """Use up the code of an enrolment for this device: whose it becomes. Raises AnswerRefused."""
    request = requests.find(realm, connection, code)
    if request is None or request.purpose != "enrolment" or request.citizen_id is None:
        raise AnswerRefused("unknown")
    citizen_id = request.citizen_id
    requests.give_answer(realm, connection, request, citizen_id=citizen_id, is_approved=True, number=None, device_id=device_id)
    return citizen_id


def _write_down(
    realm: Realm, connection: Connection, citizen_id: str, request_id: str, *, outcome: str, device_id: str | None
) -> None:
    """Put an answer into the journal."""
    outcome = "done" if outcome == "approved" else outcome
    actor, thing = f"citizen:{citizen_id}", f"device request:{request_id}"
    record(realm, connection, Event.DEVICE_ANSWERED, actor=actor, object=thing, outcome=outcome, device=device_id)


def _judge(
    realm: Realm, connection: Connection, device: KnownDevice, request_id: str, request: AskedDevice | None, text: str
) -> State:
    try:
        said = read_answer(device.public_key, text)
    except SignatureWrong:
        raise AnswerRefused("signature_wrong") from None
    if said.request_id != request_id:
        raise AnswerRefused("signature_wrong")
    if request is None or request.purpose == "enrolment":
        raise AnswerRefused("unknown")
    if request.citizen_id not in (None, device.citizen_id):
        raise AnswerRefused("foreign")
    return conclude(
        realm,
        connection,
        request,
        citizen_id=device.citizen_id,
        is_approved=said.is_approved,
        number=said.number,
        device_id=device.id,
    )
