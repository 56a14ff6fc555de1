"""What was acknowledged outlives SIGKILL, in whatever moment it comes: the short form of `python -m tests.load.kills`."""

import random
from collections.abc import Iterator

import pytest

from tests.load.doomed import DEEDS, World
from tests.load.kills import Campaign, campaign
from tests.postgresql.cluster import running_cluster

CYCLES = {"sqlite": 2, "postgresql": 1}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Campaign]:
    folder = tmp_path_factory.mktemp("kills")
    if request.param == "sqlite":
        with campaign(folder) as running:
            yield running
        return
    with running_cluster() as cluster, campaign(folder, cluster.make_database("kills")) as running:
        yield running


@pytest.mark.parametrize("running", ["sqlite"], indirect=True)
def test_what_the_kills_look_for_is_found_in_what_nobody_ended_and_in_nothing_else(running: Campaign) -> None:
    world = World(running.realm, running.ports, 0)
    for deed in DEEDS:
        assert deed.fault(world, deed.make(world)), deed.name
        thing = deed.make(world)
        deed.do(world, thing)
        assert not deed.fault(world, thing), deed.name
    world.close()


def test_i2_nothing_that_was_acknowledged_as_ended_is_alive_after_kills(running: Campaign) -> None:
    chance = random.Random(1)  # noqa: S311
    for _ in range(CYCLES["sqlite" if running.realm.database.is_sqlite else "postgresql"]):
        running.cycle(chance)
    assert running.findings.wrong == []
    assert running.findings.acknowledged.total() > 0
