"""Fixtures of the house: one prepared home for each test process, and a copy of it for each test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ground.clock import FixedClock
from tests.house import House, make_home
from tests.idp.stand import Stand


@pytest.fixture(scope="session")
def prepared_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with keys and two migrated, seeded databases. Never written to: tests work on copies."""
    home = make_home(tmp_path_factory.mktemp("house"))
    house = House(home, FixedClock(Stand.START))
    house.prepare()
    house.close()
    return home


@pytest.fixture
def house(prepared_home: Path, tmp_path: Path) -> Iterator[House]:
    """Both applications, prepared and answering, of this test's own."""
    home = tmp_path / "house"
    shutil.copytree(prepared_home, home)
    house = House(home, FixedClock(Stand.START)).open()
    yield house
    house.close()
