"""`GET /api/v1/me/records`: the records of the citizen whom the bearer token stands for.

Answer 200:

    {"records": [{"id": "6f0c…", "type": "vaccination", "occurred_on": "2026-03-11",
                  "organisation": "Поликлиника № 0, г. Выдуманск", "title": "Прививка, вторая доза", …}]}

newest first; an empty list when the register knows nothing of the person. Every record has `id`, `type`, `occurred_on`,
`organisation` and `title` (in the language of Accept-Language), and by type:

    vaccination          vaccine {name, codings [{system, code}]}, lot, dose, series
    laboratory_test      test {name, codings}, and either quantity {value, unit, comparator} or result {name, codings}
    disease_case         diagnosis {name, codings}, ended_on, number (УНРЗ)
    preventive_measure   measure {name, codings}, reasons [coding], ended_on, in_force

Errors are `{"error": …, "error_description": …}`: 401 without a token or with one that is not valid here (RFC 6750, 3), 401
`insufficient_user_authentication` when the person proved less than `required_acr`, with the level to sign them in by in
`acr_values` of the header (RFC 9470, 3), 403 `insufficient_scope` without `registry.read`, 403 `access_denied` when the person
has no confirmed account or lacks the role `citizen.medical_service`, or when the token is a system's own and no person's, 503
`temporarily_unavailable` when the provider cannot be asked.
"""

from typing import Any

import orjson
from flask import Blueprint, Response, request
from sqlalchemy import Connection

from ground.web.csrf import csrf_exempt
from rp.access.events import Event, note, note_stranger
from rp.access.guard import guarded
from rp.access.policy import Operation, is_allowed
from rp.access.principal import Principal, Role
from rp.database import db
from rp.patients.matching import match_person
from rp.realm import Realm, current_realm
from rp.records.catalogue import BY_NAME
from rp.records.codes import CodeLabels
from rp.records.record_type import Record
from rp.records.store import records_of
from rp.relations.relation import relations_of
from rp.trust.access_token import VerifiedAccess, judge_access_token
from rp.trust.errors import AccessTokenRefused, PersonRefused, ProviderUnavailable, ScopeMissing

SCOPE = "registry.read"

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")


@blueprint.get("/me/records")
@guarded(Operation.COME_AND_GO)
@csrf_exempt
def my_records() -> Response:
    """The records of the token's citizen; see the head of this file."""
    realm = current_realm()
    token = _bearer_token()
    if token is None:
        return _refuse(401, challenge='Bearer realm="registry"')
    try:
        access = judge_access_token(realm, token, scope=SCOPE)
    except AccessTokenRefused as error:
        note_stranger(realm, Event.API_READ, object="records", error=error.code)
        return _refuse(401, error.code, str(error), acr_values=error.acr_values)
    except ScopeMissing as error:
        note_stranger(realm, Event.API_READ, object="records", error="insufficient_scope")
        return _refuse(403, "insufficient_scope", str(error), scope=error.scope)
    except PersonRefused as error:
        return _refuse(403, "access_denied", str(error))
    except ProviderUnavailable:
        return _refuse(503, "temporarily_unavailable", "the token cannot be checked now")
    if access.is_of_system:
        return _refuse(403, "access_denied", "the token is a system's own, and this address is of a person's records")
    connection = db.session.connection()
    principal = _principal(connection, realm, access)
    owner, records = principal.patient_id, list[Record]()
    relations = relations_of(connection, principal, owner) if owner else frozenset()
    if owner is not None and is_allowed(principal, Operation.LIST_RECORDS, relations=relations):
        records = records_of(connection, realm, owner)
    db.session.rollback()
    with realm.database.write() as writing:
        subject = f"patient:{owner}" if owner else f"subject:{access.subject}"
        note(writing, realm, Event.API_READ, actor=principal.actor, object=subject, detail={"records": len(records)})
    labels = realm.room(CodeLabels)
    return _json({"records": [_as_json(record, labels) for record in records]})


def _principal(connection: Connection, realm: Realm, access: VerifiedAccess) -> Principal:
    """The application, speaking for the patient of its token: linked before, or found by what the provider vouches for."""
    match = match_person(
        connection, realm, issuer=access.issuer, subject=access.subject, snils=access.snils, birth_date=access.birth_date
    )
    patient_id = match.patient.id if match.patient else None
    return Principal(Role.APPLICATION, f"client:{access.client_id}", patient_id, access.scopes)


def _as_json(record: Record, labels: CodeLabels) -> dict[str, Any]:
    kind = BY_NAME[record.type_name]
    return {
        "id": record.id,
        "type": record.type_name,
        "occurred_on": record.occurred_on.isoformat(),
        "organisation": record.organisation,
        "title": kind.card(record, labels).title,
        **kind.as_json(record, labels),
    }


def _bearer_token() -> str | None:
    """The token of the Authorization header. One in the query or the body is not looked at (RFC 6750, 2.3)."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def _json(value: object, status: int = 200) -> Response:
    return Response(orjson.dumps(value), status, mimetype="application/json")


def _refuse(
    status: int,
    error: str | None = None,
    description: str = "",
    *,
    scope: str | None = None,
    acr_values: str | None = None,
    challenge: str | None = None,
) -> Response:
    response = _json({"error": error or "unauthorized", "error_description": description or "a bearer token is needed"}, status)
    if status in (401, 403):
        parts = [challenge or f'Bearer realm="registry", error="{error}", error_description="{description}"']
        needed = {"scope": scope, "acr_values": acr_values}
        response.headers["WWW-Authenticate"] = ", ".join(
            [*parts, *(f'{name}="{value}"' for name, value in needed.items() if value)]
        )
    if status == 503:
        response.headers["Retry-After"] = "5"
    return response
