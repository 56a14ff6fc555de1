"""One clock for the whole stand: what the control plane does to it, provider and registry feel."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ground.clock import FileClock
from tests.browser import Browser
from tests.house import CABINET, REGISTRY, VERA, House
from tests.idp.stand import CONTROL, CONTROL_TOKEN, Stand

HOUR = 3600


@pytest.fixture
def house_by_file(prepared_home: Path, tmp_path: Path) -> Iterator[House]:
    """Both applications, each reading the clock file by itself, as their processes do."""
    home = tmp_path / "house"
    shutil.copytree(prepared_home, home)
    file = home / "var" / "clock"
    FileClock(file).freeze(Stand.START)
    house = House(home, FileClock(file), registry_clock=FileClock(file)).open()
    yield house
    house.close()


def advance(house: House, seconds: int) -> None:
    bearer = {"Authorization": f"Bearer {CONTROL_TOKEN}"}
    answer = house.stand.control().session.post(f"{CONTROL}/clock/advance", json={"seconds": seconds}, headers=bearer)
    assert answer.status_code == 200, answer.text


def is_in_cabinet(browser: Browser) -> bool:
    return browser.open(CABINET).url.startswith(REGISTRY) and "sign-in" not in browser.forms()


def test_c09_clock_of_the_control_plane_ends_the_sessions_of_provider_and_registry_together(house_by_file: House) -> None:
    browser = house_by_file.sign_in(VERA)
    assert is_in_cabinet(browser)
    advance(house_by_file, 13 * HOUR)
    assert house_by_file.registry.clock.now() == house_by_file.stand.realm.clock.now() == Stand.START + 13 * HOUR
    assert not is_in_cabinet(browser)  # the registry's session was over, and the provider's too: it asks for a password
    assert "sign-in" in browser.forms()


def test_moving_the_clock_back_brings_nothing_dead_to_life(house_by_file: House) -> None:
    browser = house_by_file.sign_in(VERA)
    house_by_file.sign_out(browser)
    advance(house_by_file, -HOUR)
    assert not is_in_cabinet(browser)
    advance(house_by_file, 2 * HOUR)
    assert not is_in_cabinet(browser)
