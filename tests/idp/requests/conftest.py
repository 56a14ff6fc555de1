"""Stands that write down what systems send, as a test stand does unless it is told otherwise."""

import pytest

from idp.settings import RequestJournal


@pytest.fixture
def stand_settings() -> dict[str, object]:
    return {"request_journal": RequestJournal()}
