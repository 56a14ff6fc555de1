"""Fixtures of the house: one prepared home for each test process, and a copy of it for each test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ground.clock import FixedClock
from tests.house import House, make_home
from tests.idp.bank import prepare_bank
from tests.idp.stand import Stand
from tests.running_stand import Addresses, RunningStand, write_settings


@pytest.fixture(scope="session")
def prepared_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with keys and three migrated, seeded databases. Never written to: tests work on copies."""
    home = make_home(tmp_path_factory.mktemp("house"))
    house = House(home, FixedClock(Stand.START))
    house.prepare()
    house.close()
    prepare_bank(home, house.clock)
    return home


@pytest.fixture
def house(prepared_home: Path, tmp_path: Path) -> Iterator[House]:
    """Both applications, prepared and answering, of this test's own."""
    home = tmp_path / "house"
    shutil.copytree(prepared_home, home)
    house = House(home, FixedClock(Stand.START)).open()
    yield house
    house.close()


@pytest.fixture(scope="session")
def running_stand(prepared_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStand]:
    """A stand of real processes over http on localhost, one for each test process. Tests share it and reset nothing."""
    home = copy_home(prepared_home, tmp_path_factory.mktemp("running") / "home")
    at = Addresses.on_localhost()
    write_settings(home, at)
    stand = RunningStand(home, at).start()
    yield stand
    assert stand.stop() == 0, stand.output


def copy_home(prepared_home: Path, home: Path) -> Path:
    """A home of one's own, with the token of the control plane that `propusk keys` would make."""
    shutil.copytree(prepared_home, home)
    return home
