"""The API as an OpenAPI 3.1 document, `GET /api/v1/openapi.json`. What a new record consists of is read off the record types."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response

from ground.web.errors import PROBLEM_JSON
from rp.access.guard import guarded
from rp.access.policy import READ, WRITE, Operation
from rp.api.answers import answer
from rp.forms.form import Field
from rp.realm import Realm, current_realm
from rp.records.catalogue import RECORD_TYPES
from rp.records.entering import entry_of

JSON = "application/json"
TOKEN, PROBLEM, RECORD, PERSON, NEW = (
    f"#/components/schemas/{name}" for name in ("TokenRefused", "Problem", "Record", "Person", "NewRecord")
)
TEXT: Mapping[str, Any] = {"type": "string"}
TEXT_OR_NULL: Mapping[str, Any] = {"type": ["string", "null"]}
IDENTIFIER: Mapping[str, Any] = {"type": "string", "format": "uuid"}
DAY: Mapping[str, Any] = {"type": "string", "format": "date"}

blueprint = Blueprint("description", __name__)


@blueprint.get("/openapi.json")
@guarded(Operation.READ_DESCRIPTION)
def openapi() -> Response:
    """The document. It tells nothing that is not in the manual."""
    return answer(describe(current_realm()))


def describe(realm: Realm) -> dict[str, Any]:
    """The document of this registry."""
    settings = realm.settings
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Propusk: the registry's API",
            "version": "1",
            "description": "A test stand: everybody and everything here is invented. Tokens are those of the provider for the "
            f"resource {settings.resource}.",
        },
        "servers": [{"url": settings.url}],
        "security": [{"bearer": []}],
        "paths": _paths(),
        "components": {
            "schemas": _schemas(realm),
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "at+jwt"}},
        },
    }


def _paths() -> dict[str, Any]:
    patient = {"name": "patient_id", "in": "path", "required": True, "schema": {**TEXT, "minLength": 1}}
    snils = {"name": "snils", "in": "query", "required": True, "schema": TEXT, "example": "000-000-017 00"}
    list_of_records = _object({"records": {"type": "array", "items": {"$ref": RECORD}}})
    list_of_patients = _object({"patients": {"type": "array", "maxItems": 1, "items": _object({"id": IDENTIFIER})}})
    return {
        "/api/v1/openapi.json": {
            "get": {
                "operationId": "read_description",
                "summary": "This document",
                "security": [],
                "responses": {"200": _response("The document", {"type": "object"})},
            }
        },
        "/api/v1/me/records": {
            "get": _operation("my_records", "The records of the citizen whose token it is", READ, list_of_records)
        },
        "/api/v1/patients": {
            "get": _operation("find_patient", "Find a patient by СНИЛС", READ, list_of_patients, (400, 422), parameters=[snils])
        },
        "/api/v1/patients/{patient_id}": {
            "get": _operation("read_identity", "Who a patient is", READ, {"$ref": PERSON}, (404,), parameters=[patient])
        },
        "/api/v1/patients/{patient_id}/records": {
            "get": _operation("read_records", "A patient's records", READ, list_of_records, (404,), parameters=[patient]),
            "post": {
                **_operation(
                    "add_record",
                    "Add a record",
                    WRITE,
                    {"$ref": RECORD},
                    (400, 404, 409, 413, 415, 422),
                    good=201,
                    parameters=[patient],
                ),
                "requestBody": {"required": True, "content": {JSON: {"schema": {"$ref": NEW}}}},
            },
        },
    }


def _operation(
    name: str,
    summary: str,
    scope: str,
    schema: Mapping[str, Any],
    problems: tuple[int, ...] = (),
    *,
    good: int = 200,
    parameters: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    responses = {str(good): _response("Done", schema)}
    for status, words in ((401, "No token, or none that is valid here"), (403, "The token is not for this"), (503, "Ask again")):
        responses[str(status)] = _response(words, {"$ref": TOKEN})
    for status in problems:
        responses[str(status)] = _response("Not done", {"$ref": PROBLEM}, media_type=PROBLEM_JSON)
    return {
        "operationId": name,
        "summary": summary,
        "description": f"Needs the scope `{scope}`.",
        "parameters": parameters or [],
        "responses": dict(sorted(responses.items())),
    }


def _response(words: str, schema: Mapping[str, Any], *, media_type: str = JSON) -> dict[str, Any]:
    return {"description": words, "content": {media_type: {"schema": schema}}}


def _schemas(realm: Realm) -> dict[str, Any]:
    with realm.database.read() as connection:
        entry = entry_of(connection, realm, patient_id="", organisation="")
    new = {f"New_{kind.name}": _new_record(kind.name, kind.fields(entry)) for kind in RECORD_TYPES}
    references = {kind.name: f"#/components/schemas/New_{kind.name}" for kind in RECORD_TYPES}
    record = {"id": IDENTIFIER, "type": {"enum": list(references)}, "version": {"type": "integer", "minimum": 1}}
    names = dict.fromkeys(("family_name", "given_name", "gender", "snils"), TEXT)
    problem = {"type": TEXT, "title": TEXT, "status": {"type": "integer"}, "code": TEXT}
    errors = {"type": "object", "additionalProperties": TEXT, "description": "A sentence for each field that is to blame"}
    return {
        "Record": _object({**record, "occurred_on": DAY, "organisation": TEXT, "title": TEXT}),
        "Person": _object({"id": IDENTIFIER, **names, "birth_date": DAY, "middle_name": TEXT_OR_NULL, "inn": TEXT_OR_NULL}),
        "NewRecord": {
            "oneOf": [{"$ref": reference} for reference in references.values()],
            "discriminator": {"propertyName": "type", "mapping": references},
        },
        **new,
        "TokenRefused": _object({"error": TEXT, "error_description": TEXT}),
        "Problem": {**_object(problem), "properties": {**problem, "errors": errors, "record": TEXT}},
    }


def _new_record(type_name: str, fields: tuple[Field, ...]) -> dict[str, Any]:
    schema = _object({"type": {"const": type_name}, **{field.name: _field(field) for field in fields}})
    required = ["type", *(field.name for field in fields if field.is_required)]
    return {**schema, "required": required, "additionalProperties": False}


def _field(field: Field) -> dict[str, Any]:
    """A field of a form. A number may come as one or as text, and what may be left empty may be null."""
    types = {"number": ["number", "string"], "digits": ["integer", "string"]}.get(field.widget, ["string"])
    schema: dict[str, Any] = {"type": types if field.is_required else [*types, "null"], "title": field.label()}
    if field.hint is not None:
        schema["description"] = field.hint()
    if field.widget == "date":
        schema["format"] = "date"
    choices = [value for value, _label in field.options()] if field.options is not None else []
    if choices:
        schema["enum"] = choices if field.is_required else [*choices, None]
    return schema


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": dict(properties)}
