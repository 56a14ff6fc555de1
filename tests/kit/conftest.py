"""The kit is tried as its users use it: its own fixtures, on one stand for the whole run."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.kit.relying_party import Served


@pytest.fixture(scope="session")
def stand_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a stand that only the test runs started by this process use, one after the other."""
    return tmp_path_factory.mktemp("stand")


@pytest.fixture
def served() -> Iterator[Served]:
    """A relying party behind a real port."""
    with Served.open() as opened:
        yield opened


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as opened:
        opened.trust_env = False
        yield opened
