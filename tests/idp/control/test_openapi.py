"""The OpenAPI document is true: whatever it allows is answered as it says, whatever it forbids is refused."""

import hashlib
import itertools
from collections.abc import Mapping
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from idp.control import esia
from idp.control.app import OPERATIONS, make_control
from idp.control.operation import Operation
from tests.idp.control.conftest import Control
from tests.idp.esia.keys import rsa_identity
from tests.idp.esia.system import register_system
from tests.idp.stand import CONTROL, CONTROL_TOKEN, Stand

TOKEN = {"Authorization": f"Bearer {CONTROL_TOKEN}", "Host": CONTROL.removeprefix("http://")}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
]
EXAMPLES = 15
FEW = {
    "rotate_keys": 3, "reset": 2, "read_openapi": 2, "health": 2,
    "issue_certificate": 6, "sign_with_certificate": 6, "make_client_key": 4,
}  # fmt: skip
"""Making RSA keys and hashing the passwords of the seed take their time."""


@pytest.fixture
def description(stand: Stand) -> Any:
    """What schemathesis reads from the control plane itself."""
    generation = GenerationConfig(deterministic=True, with_security_parameters=False, max_examples=EXAMPLES)
    config = SchemathesisConfig(projects=ProjectsConfig(default=ProjectConfig(generation=generation, base_url=CONTROL)))
    return schemathesis.openapi.from_wsgi("/openapi.json", make_control(stand.realm), config=config, headers=TOKEN)


@pytest.fixture(autouse=True)
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long poll looks once."""
    monkeypatch.setattr("idp.control.waiting.LONGEST_WAIT_SECONDS", 0)


def test_document_is_valid_openapi_3_1(description: Any) -> None:
    assert description.raw_schema["openapi"].startswith("3.1")
    description.validate()


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_what_is_allowed_is_answered_as_described(stand: Stand, description: Any, operation: Operation) -> None:
    ask(description, operation, GenerationMode.POSITIVE, what_there_is(stand, operation))


@pytest.mark.parametrize("operation", [each for each in OPERATIONS if each.query or each.body], ids=lambda each: each.name)
def test_what_is_forbidden_is_refused_as_described(stand: Stand, description: Any, operation: Operation) -> None:
    ask(description, operation, GenerationMode.NEGATIVE, what_there_is(stand, operation))


def what_there_is(stand: Stand, operation: Operation) -> Mapping[str, str]:
    """A person and a client, who speaks ESIA's dialect where the operation is for such."""
    known = {"person_id": stand.citizen("vera@example.test"), "client_id": "client"}
    if operation not in esia.OPERATIONS:
        return known
    return known | {"client_id": register_system(stand).client_id, "fingerprint": hashlib.sha256(rsa_identity().der).hexdigest()}


def ask(description: Any, operation: Operation, mode: GenerationMode, known: Mapping[str, str]) -> None:
    """Ask in many ways, of things that exist and of others, and compare the answers with the document."""
    described = description[operation.path][operation.method]
    is_known = itertools.cycle([True, True, False])

    @settings(
        derandomize=True,
        max_examples=FEW.get(operation.name, EXAMPLES),
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=described.as_strategy(generation_mode=mode))
    def ask_once(case: Any) -> None:
        if next(is_known):
            case.path_parameters |= {name: known[name] for name in operation.parameters if name in known}
        case.call_and_validate(headers=TOKEN, checks=CHECKS)

    ask_once()


@pytest.mark.parametrize("path", sorted({operation.path for operation in OPERATIONS}))
def test_method_that_is_not_described_is_a_405(control: Control, path: str) -> None:
    known = {operation.method for operation in OPERATIONS if operation.path == path}
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"} - known:
        answer = control.ask(method, path.replace("{", "").replace("}", ""))
        assert (answer.status_code, answer.headers["Content-Type"]) == (405, "application/problem+json"), method
        assert set(answer.headers["Allow"].split(", ")) - {"HEAD"} == known


def test_operations_are_described_for_sandboxes_too(control: Control) -> None:
    document = control.get("/openapi.json")
    assert [server["url"] for server in document["servers"]] == ["/", "/t/{sandbox_id}"]
    assert [server["url"] for server in document["paths"]["/health"]["get"]["servers"]] == ["/"]
    assert document["paths"]["/health"]["get"]["security"] == []
    names = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]
    assert sorted(names) == sorted([*(operation.name for operation in OPERATIONS), "read_openapi"])


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_unknown_sandbox_is_a_problem(control: Control, operation: Operation) -> None:
    status, word = control.refused(operation.method, "/t/nobody" + operation.path.replace("{", "").replace("}", ""), {})
    assert (status, word) == (404, "sandbox_unknown")
