"""How often the faults are tried: enough for every run of the tests, or as often as somebody has time for."""

import os

import pytest

CYCLES_VARIABLE = "RELIABILITY_CYCLES"


@pytest.fixture(scope="session")
def cycles() -> int:
    """RELIABILITY_CYCLES=200 python -m pytest tests/reliability is the long run."""
    return int(os.environ.get(CYCLES_VARIABLE, "5"))
