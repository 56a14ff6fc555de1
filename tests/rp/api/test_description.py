"""The OpenAPI document is true: whatever it allows is answered as it says, whatever it forbids is refused."""

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
)

from tests.rp.api.systems import MAYA, System, id_of
from tests.rp.conftest import Stand

URL = "http://localhost:8500"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
EXAMPLES = 25
ALLOWED, FORBIDDEN = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
OPERATIONS = ["read_description", "my_records", "find_patient", "read_identity", "read_records", "add_record"]


@pytest.mark.parametrize(
    ("operation_id", "mode"),
    [*((operation_id, ALLOWED) for operation_id in OPERATIONS), ("find_patient", FORBIDDEN), ("add_record", FORBIDDEN)],
)
def test_the_api_is_as_it_is_described(stand: Stand, operation_id: str, mode: GenerationMode) -> None:
    known, headers = id_of(stand, MAYA), {"Authorization": f"Bearer {System(stand, 'clinic').token()}"}
    generation = GenerationConfig(deterministic=True, with_security_parameters=False, max_examples=EXAMPLES)
    config = SchemathesisConfig(projects=ProjectsConfig(default=ProjectConfig(generation=generation, base_url=URL)))
    document = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", stand.app(), config=config)
    document.validate()

    @settings(
        derandomize=True,
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=document.find_operation_by_id(operation_id).as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        if "patient_id" in case.path_parameters:
            case.path_parameters["patient_id"] = known
        case.call_and_validate(headers=headers, checks=CHECKS)

    ask()
