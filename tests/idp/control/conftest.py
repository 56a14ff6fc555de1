"""The control plane of a stand, as a test drives it."""

from dataclasses import dataclass
from typing import Any

import pytest
import requests

from idp.settings import RequestJournal
from tests.browser import Browser
from tests.idp.stand import CONTROL, CONTROL_TOKEN, Stand


@pytest.fixture
def stand_settings() -> dict[str, object]:
    """As a test stand is: what systems send is written down."""
    return {"request_journal": RequestJournal()}


@dataclass
class Control:
    """Somebody who has the token."""

    browser: Browser

    def ask(self, method: str, path: str, body: object = None, **parameters: object) -> requests.Response:
        headers = {"Authorization": f"Bearer {CONTROL_TOKEN}"}
        return self.browser.session.request(method, CONTROL + path, json=body, params=parameters, headers=headers)  # type: ignore[arg-type]

    def get(self, path: str, **parameters: object) -> Any:
        return self.done(self.ask("GET", path, **parameters))

    def post(self, path: str, **body: object) -> Any:
        return self.done(self.ask("POST", path, body))

    def done(self, answer: requests.Response) -> Any:
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def refused(self, method: str, path: str, body: object = None, **parameters: object) -> tuple[int, str]:
        """Status and word of a problem."""
        answer = self.ask(method, path, body, **parameters)
        assert answer.headers["Content-Type"] == "application/problem+json", answer.text
        problem = answer.json()
        assert problem["status"] == answer.status_code
        return answer.status_code, problem["type"].removeprefix("urn:propusk:problem:")


@pytest.fixture
def control(stand: Stand) -> Control:
    return Control(stand.control())
