"""A provider in one process: its own folder, a clock that stands still, and the people of the seed."""

import shutil
from pathlib import Path

import pytest

from ground.clock import FixedClock
from tests.idp.stand import Stand, make_keys

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def provider_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with keys and a migrated, seeded database, made once and copied for each test."""
    home = tmp_path_factory.mktemp("provider")
    shutil.copytree(ROOT / "config", home / "config")
    make_keys(home)
    stand = Stand(home, FixedClock(Stand.START))
    stand.prepare()
    stand.close()
    return home


@pytest.fixture
def stand(provider_home: Path, tmp_path: Path) -> Stand:
    """A provider of this test's own."""
    home = tmp_path / "stand"
    shutil.copytree(provider_home, home)
    stand = Stand(home, FixedClock(Stand.START))
    yield stand
    stand.close()
