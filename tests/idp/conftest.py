"""A provider in one process: its own folder, a clock that stands still, and the people of the seed."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ground.clock import FixedClock
from tests.idp.stand import Stand, make_keys
from tests.postgresql.cluster import Cluster, running_cluster

ROOT = Path(__file__).parents[2]
TEMPLATE = "provider"
POSTGRESQL = [pytest.param("postgresql", marks=pytest.mark.postgresql)] if os.environ.get("BOTH_DATABASES") else []
"""With BOTH_DATABASES=1 every law is tried on PostgreSQL too, which takes minutes; the conformance modules always are."""


@pytest.fixture(scope="session")
def provider_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with keys and a migrated, seeded database, made once and copied for each test."""
    home = tmp_path_factory.mktemp("provider")
    (home / "config").symlink_to(ROOT / "config")  # nobody writes there
    make_keys(home)
    stand = Stand(home, FixedClock(Stand.START))
    stand.prepare()
    stand.close()
    return home


@pytest.fixture
def stand_settings() -> dict[str, object]:
    """Settings of the stands of a folder, where they differ."""
    return {}


@pytest.fixture
def sqlite_stand(provider_home: Path, tmp_path: Path, stand_settings: dict[str, object]) -> Iterator[Stand]:
    """A provider of this test's own, on SQLite."""
    home = tmp_path / "stand"
    shutil.copytree(provider_home, home, symlinks=True)
    stand = Stand(home, FixedClock(Stand.START), **stand_settings)
    yield stand
    stand.close()


@pytest.fixture(scope="session")
def seeded_cluster(provider_home: Path) -> Iterator[Cluster]:
    """A PostgreSQL cluster with a migrated, seeded database that is copied for each test."""
    with running_cluster() as cluster:
        stand = Stand(provider_home, FixedClock(Stand.START), database_url=cluster.make_database(TEMPLATE))
        stand.prepare()
        stand.close()
        cluster.keep_content(TEMPLATE)
        yield cluster


@pytest.fixture
def postgresql_stand(
    provider_home: Path, seeded_cluster: Cluster, tmp_path: Path, stand_settings: dict[str, object]
) -> Iterator[Stand]:
    """A provider of this test's own, on PostgreSQL."""
    home = tmp_path / "stand"
    shutil.copytree(provider_home, home, symlinks=True)
    with seeded_cluster.borrow(TEMPLATE) as address:
        stand = Stand(home, FixedClock(Stand.START), database_url=address, **stand_settings)
        yield stand
        stand.close()


@pytest.fixture(params=["sqlite", *POSTGRESQL])
def stand(request: pytest.FixtureRequest) -> Stand:
    """A provider of this test's own. A test that looks at the file itself is bound to SQLite by an indirect parameter."""
    stand: Stand = request.getfixturevalue(f"{request.param}_stand")
    return stand
