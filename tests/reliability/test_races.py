"""Whatever is good once is good for one, of four workers in two processes: the short form of `python -m tests.load.races`."""

from collections.abc import Iterator

import pytest

from tests.load.raced_things import KINDS, Kind
from tests.load.races import Campaign, campaign, journal_findings, see_planted_bug
from tests.postgresql.cluster import running_cluster

OBJECTS = 15


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Campaign]:
    folder = tmp_path_factory.mktemp("races")
    if request.param == "sqlite":
        with campaign(folder) as running:
            yield running
        return
    with running_cluster() as cluster, campaign(folder, cluster.make_database("races")) as running:
        yield running


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_i3_of_those_who_take_it_at_the_same_moment_one_wins(running: Campaign, kind: Kind) -> None:
    outcome = running.race(kind, OBJECTS)
    assert (outcome.too_many, outcome.too_few) == (0, 0)
    assert journal_findings(running.realm) == 0


def test_races_would_see_who_reads_and_then_writes(running: Campaign) -> None:
    assert see_planted_bug(running).too_many > 0
