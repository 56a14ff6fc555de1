"""The door of the telephone's application: what it is asked, what it answers, and how a telephone comes to an account.

    GET  /device/requests              what waits for an answer of this telephone's owner
    GET  /device/requests/{id}         one of them, or what a QR code leads to
    POST /device/requests/{id}/answer  {"answer": JWS}, signed with the telephone's own key
    POST /device/enrol/{code}          {"name": …, "key": JWK}: the token is told this once

Whoever comes shows the token as a bearer (RFC 6750, 2.1); no cookie is looked at. Refusals are {"error": word}.
"""

from typing import Any

import orjson
from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from ground.web.csrf import csrf_exempt
from idp.authentication.devices import answers, requests, store
from idp.authentication.devices.keys import KeyRefused
from idp.authentication.devices.requests import AnswerRefused, AskedDevice
from idp.authentication.devices.store import KnownDevice
from idp.pages import current_realm
from idp.pages.access import Access, open_to
from idp.realm import Realm

PATH = "/device"
blueprint = Blueprint("device", __name__, url_prefix=PATH)


class Refused(Exception):
    """Why nothing is done for a telephone: the word and the status."""

    def __init__(self, error: str, status: int) -> None:
        super().__init__(error)
        self.error = error
        self.status = status


@blueprint.errorhandler(Refused)
def refuse(refused: Refused) -> Response:
    challenge = {"WWW-Authenticate": 'Bearer error="invalid_token"'} if refused.status == 401 else {}
    return _json({"error": refused.error}, refused.status, challenge)


@blueprint.get("/requests")
@open_to(Access.DEVICE)
def pending() -> Response:
    """What waits for an answer."""
    realm = current_realm()
    device = _device(realm)
    with realm.database.read() as connection:
        waiting = requests.waiting_for(realm, connection, device.citizen_id)
    return _json({"requests": [shown(each) for each in waiting]})


@blueprint.get("/requests/<request_id>")
@open_to(Access.DEVICE)
def one(request_id: str) -> Response:
    """What this telephone may answer; of anything else it is not told whether it exists."""
    realm = current_realm()
    device = _device(realm)
    with realm.database.read() as connection:
        found = requests.find(realm, connection, request_id)
    if found is None or found.purpose == "enrolment" or found.citizen_id not in (None, device.citizen_id):
        raise Refused("unknown", 404)
    return _json(shown(found) | {"state": found.state})


@blueprint.post("/requests/<request_id>/answer")
@open_to(Access.DEVICE)
@csrf_exempt
def answer(request_id: str) -> Response:
    """Take the answer."""
    realm = current_realm()
    device = _device(realm)
    text = _body().get("answer")
    if not isinstance(text, str) or "\0" in request_id:
        raise Refused("malformed", 400)
    try:
        state = answers.judge(realm, device, request_id, text)
    except AnswerRefused as refused:
        raise Refused(refused.reason, answers.REFUSALS[refused.reason]) from None
    return _json({"state": state})


@blueprint.get("/enrol/<code>")
@open_to(Access.ANYBODY)
def opened_in_a_browser(code: str) -> str:
    """A camera has read the code instead of the application; what the code is worth is not told."""
    return render_template("open_in_application.html")


@blueprint.post("/enrol/<code>")
@open_to(Access.ANYBODY)
@csrf_exempt
def enrol(code: str) -> Response:
    """Add the telephone that read the code at the account."""
    given = _body()
    name = given.get("name")
    if not isinstance(name, str) or not name.strip() or not name.isprintable() or len(name) > store.MAX_NAME_LENGTH:
        raise Refused("malformed", 400)
    try:
        device_id, token = answers.enrol(current_realm(), code, name=name.strip(), public_key=given.get("key"))
    except KeyRefused:
        raise Refused("key_refused", 422) from None
    except AnswerRefused as refused:
        raise Refused(refused.reason, answers.REFUSALS[refused.reason]) from None
    return _json({"id": device_id, "token": token}, 201)


def shown(asked: AskedDevice) -> dict[str, Any]:
    """What a telephone is told of a request: never which of the numbers is right."""
    return {
        "id": asked.id,
        "purpose": asked.purpose,
        "client": asked.told.client_name,
        "host": asked.told.client_host,
        "place": asked.told.place,
        "numbers": list(asked.numbers),
        "asked_at": asked.created_at,
        "expires_at": asked.expires_at,
    }


def _device(realm: Realm) -> KnownDevice:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    with realm.database.read() as connection:
        device = store.find_by_token(realm, connection, token.strip()) if scheme.lower() == "bearer" else None
    if device is None:
        raise Refused("token_unknown", 401)
    return device


def _body() -> dict[str, Any]:
    try:
        given = orjson.loads(request.get_data(cache=False))
    except orjson.JSONDecodeError:
        raise Refused("malformed", 400) from None
    if not isinstance(given, dict):
        raise Refused("malformed", 400)
    return given


def _json(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    response = Response(orjson.dumps(value), status, headers, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response
