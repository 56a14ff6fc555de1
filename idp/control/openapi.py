"""The description of the control plane as an OpenAPI 3.1 document, made from the same tuple that is served."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import msgspec

from ground.web.errors import PROBLEM_JSON
from idp.control.operation import Answer, Call, Operation
from idp.realm import Realm

PREFIX = "#/components/schemas/"
MAIN = {"url": "/", "description": "The main realm"}
SANDBOX = {
    "url": "/t/{sandbox_id}",
    "description": "A sandbox: every operation acts on its people, clients, clock and messages alone",
    "variables": {"sandbox_id": {"default": "sandbox", "description": "The name of the sandbox"}},
}
READS_BODY = (413, 415, 422)


class ProblemDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Why an operation was not done (RFC 9457). `type` is `urn:propusk:problem:` and a word that programs can rely on."""

    type: str
    title: str
    status: int
    detail: str = ""


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """An OpenAPI 3.1 document."""

    openapi: str
    info: dict[str, Any]
    servers: list[dict[str, Any]]
    security: list[dict[str, list[str]]]
    paths: dict[str, Any]
    components: dict[str, Any]


def operation(others: Sequence[Operation]) -> Operation:
    """The operation that answers with the description of itself and of the others."""
    made: list[Description] = []

    def handle(_realm: Realm, _call: Call) -> Answer:
        if not made:
            made.append(describe((*others, itself)))
        return Answer(200, made[0])

    itself = Operation(
        name="read_openapi",
        method="GET",
        path="/openapi.json",
        summary="Read this document",
        handle=handle,
        answers={200: Description},
        is_for_sandboxes=False,
    )
    return itself


def describe(operations: Sequence[Operation]) -> Description:
    """The document of these operations."""
    types: list[Any] = [ProblemDocument]
    for each in operations:
        types += [each.body] if each.body else []
        types += [answer for answer in each.answers.values() if answer is not None]
    types = list(dict.fromkeys(types))
    found, schemas = msgspec.json.schema_components(types, ref_template=PREFIX + "{name}")
    references = dict(zip(types, found, strict=True))
    paths: dict[str, Any] = {}
    for each in operations:
        paths.setdefault(each.path, {})[each.method.lower()] = _describe(each, references)
    return Description(
        openapi="3.1.0",
        info={
            "title": "Propusk: the control plane of a test stand",
            "version": "1",
            "description": "Everybody and everything here is invented. Times are whole seconds since 1970-01-01T00:00:00Z.",
        },
        servers=[MAIN, SANDBOX],
        security=[{"bearer": []}],
        paths=paths,
        components={
            "schemas": schemas,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "The token that is kept in var/control-token"}
            },
        },
    )


def _describe(each: Operation, references: Mapping[Any, dict[str, Any]]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": each.name,
        "summary": each.summary,
        "parameters": [*_path_parameters(each), *_query_parameters(each)],
        "responses": {str(status): _response(status, references.get(answer)) for status, answer in each.answers.items()},
    }
    for status in _problems(each):
        described["responses"][str(status)] = _response(status, references[ProblemDocument], media_type=PROBLEM_JSON)
    if each.body is not None:
        content = {"application/json": {"schema": references[each.body]}}
        described["requestBody"] = {"required": each.needs_body, "content": content}
    if each.is_open:
        described["security"] = []
    if not each.is_for_sandboxes:
        described["servers"] = [MAIN]
    return described


def _problems(each: Operation) -> list[int]:
    """What it may refuse: a junk query, whoever has no token, a body it does not read, and what it says itself."""
    read = READS_BODY if each.body is not None else ()
    named = (404,) if each.parameters or each.is_for_sandboxes else ()
    return sorted({400, 403, 500, *read, *named, *each.problems})


def _path_parameters(each: Operation) -> list[dict[str, Any]]:
    schema = {"type": "string", "minLength": 1}
    return [{"name": name, "in": "path", "required": True, "schema": schema} for name in each.parameters]


def _query_parameters(each: Operation) -> list[dict[str, Any]]:
    if each.query is None:
        return []
    (reference,), schemas = msgspec.json.schema_components([each.query], ref_template=PREFIX + "{name}")
    schema = schemas[reference["$ref"].removeprefix(PREFIX)]
    return [
        {"name": name, "in": "query", "required": name in schema["required"], "schema": described}
        for name, described in schema["properties"].items()
    ]


def _response(status: int, reference: dict[str, Any] | None, *, media_type: str = "application/json") -> dict[str, Any]:
    described: dict[str, Any] = {"description": HTTPStatus(status).phrase}
    if reference is not None:
        described["content"] = {media_type: {"schema": reference}}
    return described
