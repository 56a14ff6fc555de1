"""A system of an organisation, as it calls the API with a token of its own."""

from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.rp.conftest import Stand

VERA, PYOTR, MAYA, ANTON = "000-000-017 00", "000-000-018 00", "000-000-019 00", "000-000-020 00"
BOTH = "registry.read registry.write"
DOSE = {"type": "vaccination", "product": "gam-covid-vac", "occurred_on": "2026-11-20", "lot": "УЧ-0500", "dose": 3}
NOBODY = "00000000-0000-4000-8000-00000000abcd"


@dataclass
class System:
    """The client of that id at the provider."""

    stand: Stand
    client_id: str
    scope: str = BOTH

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.ask("GET", path, **options)

    def post(self, path: str, document: Any, **options: Any) -> TestResponse:
        return self.ask("POST", path, json=document, **options)

    def ask(self, method: str, path: str, *, headers: dict[str, str] | None = None, **options: Any) -> TestResponse:
        given = {"Authorization": f"Bearer {self.token()}", **(headers or {})}
        client: FlaskClient = self.stand.app().test_client()
        return client.open(f"/api/v1{path}", method=method, headers=given, **options)

    def token(self) -> str:
        """A token as the provider gives it to a system, and what it says of it at introspection from now on."""
        provider, own = self.stand.provider, {"sub": self.client_id, "client_id": self.client_id, "scope": self.scope}
        provider.spoil_introspection = lambda _answer: {"active": True, **own}
        return provider.access_token(lambda claims: {**claims, **own})

    def find(self, snils: str) -> str | None:
        """The id of a patient, as this system is told it."""
        answer = self.get("/patients", query_string={"snils": snils})
        assert answer.status_code == 200, answer.text
        found = answer.get_json()["patients"]
        return found[0]["id"] if found else None


def id_of(stand: Stand, snils: str) -> str:
    """The id of a patient, whoever may know it."""
    found = System(stand, "clinic").find(snils)
    assert found is not None
    return found
