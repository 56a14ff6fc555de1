"""The registry on PostgreSQL: the same migrations, the same seed, the same story."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from ground.database import Database
from rp.cli.prepare import prepare_database
from rp.database import MIGRATIONS, Base
from rp.sign_in.journey import Journey, take_journey
from tests.postgresql.cluster import Cluster, running_cluster
from tests.rp.conftest import Stand

pytestmark = pytest.mark.postgresql


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture
def stand(make_stand: Callable[..., Stand], cluster: Cluster, request: pytest.FixtureRequest) -> Iterator[Stand]:
    stand = make_stand(database_url=cluster.make_database(f"test_{abs(hash(request.node.nodeid))}"))
    prepare_database(stand.realm)
    yield stand
    stand.realm.database.close()


def test_the_migrations_lead_to_the_models_and_the_story_holds(stand: Stand, capsys: pytest.CaptureFixture[str]) -> None:
    assert MIGRATIONS.check(stand.realm.database)
    with stand.realm.database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    capsys.readouterr()
    prepare_database(stand.realm)
    assert capsys.readouterr().out == "rp: the database is up to date\n"
    browser = stand.browser()
    assert browser.sign_in().headers["Location"] == "/"
    assert "Прививка, вторая доза" in browser.get("/").text
    assert browser.get("/regions/70").status_code == 200
    with stand.realm.database.read() as reading:
        assert stand.realm.journal.verify(reading) == []


def test_a_sign_in_is_completed_once_however_many_answers_come_at_the_same_time(stand: Stand) -> None:
    browser = stand.browser()
    state = parse_qs(urlsplit(browser.leave_for()).query)["state"][0]
    cookie = browser.client.get_cookie("rp_browser")
    assert cookie is not None
    binding = sha256(cookie.value.encode()).hexdigest()

    def take(_number: int) -> bool:
        """One answer at a node of its own."""
        node = replace(stand.realm, database=Database(stand.realm.settings.database_url))
        with node.database.write() as connection:
            taken = isinstance(take_journey(connection, node, state, browser=binding), Journey)
        node.database.close()
        return taken

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(take, range(8))).count(True) == 1
