"""The same house on PostgreSQL: migrations, seed, sign-in, single use under a race, journals."""

import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from ground.clock import FixedClock
from idp.database import MIGRATIONS as PROVIDER_MIGRATIONS
from rp.app import MIGRATIONS as REGISTRY_MIGRATIONS
from rp.cli.prepare import prepare_database
from tests.house import CABINET, MAYA, PYOTR, REGISTRY, VERA, House, Person, make_home
from tests.idp.stand import CITIZENS, ISSUER, Stand, Tokens
from tests.postgresql.cluster import Cluster, running_cluster

pytestmark = pytest.mark.postgresql
RACERS = 8
ROUNDS = 10


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="module")
def house(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Both applications on two databases of the cluster, migrated and seeded as on SQLite."""
    house = House(
        make_home(tmp_path_factory.mktemp("postgresql") / "home"),
        FixedClock(Stand.START),
        provider_database=cluster.make_database("idp"),
        registry_database=cluster.make_database("rp"),
    )
    house.prepare()
    yield house.open()
    house.close()


def test_both_schemas_are_at_the_revision_of_the_code(house: House) -> None:
    assert PROVIDER_MIGRATIONS.current(house.stand.realm.database) == PROVIDER_MIGRATIONS.head()
    assert REGISTRY_MIGRATIONS.current(house.registry.database) == REGISTRY_MIGRATIONS.head()
    assert house.stand.settings.sqlite_file is None and not house.registry.database.is_sqlite


@pytest.mark.parametrize("person", [VERA, PYOTR, MAYA], ids=lambda person: person.key)
def test_r043_the_whole_sign_in_ends_in_the_cabinet(house: House, person: Person) -> None:
    browser = house.sign_in(person)
    assert (browser.status, browser.url) == (200, CABINET)
    records = re.findall(r'href="(/records/[^"]+)"', browser.answer.text)
    assert bool(records) == (person is not MAYA)
    for path in records[:1]:
        assert browser.open(REGISTRY + path).status == 200
    assert browser.open(f"{REGISTRY}/regions").status == 200
    house.clock.advance(60)


def test_sign_out_ends_the_token_of_the_api(house: House) -> None:
    browser = house.sign_in(VERA)
    token = str(house.session_tokens()["access_token"])
    assert len(house.ask_api(token).json()["records"]) == 11
    house.sign_out(browser)
    house.clock.advance(1)
    assert house.ask_api(token).status_code == 401
    house.clock.advance(60)


def test_a_code_raced_by_eight_threads_has_one_winner_and_the_rest_revoke(house: House) -> None:
    browser = house.browser()
    for _ in range(ROUNDS):
        answers = _race(house, house.stand.obtain_code(browser))
        assert [answer.status for answer in answers].count(200) == 1
        winner = next(answer for answer in answers if answer.status == 200)
        userinfo = house.http().get(
            f"{ISSUER}/oauth2/userinfo", headers={"Authorization": f"Bearer {winner.body['access_token']}"}
        )
        assert userinfo.status_code == 401, "who came second proves that the code was seen by somebody else"
    house.assert_journals_are_whole()


def test_a_second_preparation_changes_nothing(house: House) -> None:
    def contents() -> list[object]:
        with house.registry.database.read() as connection:
            tables = ("patients", "records", "journal")
            return [connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() for table in tables]  # noqa: S608

    before = contents()
    prepare_database(house.registry)
    assert contents() == before
    house.assert_journals_are_whole()


def test_sealed_columns_come_back_as_they_went(house: House) -> None:
    with house.stand.realm.database.read() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM citizens").all()
    assert len(rows) == CITIZENS
    assert not any("Ромашкина".encode() in bytes(value) for row in rows for value in row if isinstance(value, bytes | memoryview))


def _race(house: House, code: str) -> list[Tokens]:
    """The same code from all threads at once."""
    barrier = threading.Barrier(RACERS)

    def redeem(_: int) -> Tokens:
        barrier.wait(30)
        return house.stand.redeem(code)

    with ThreadPoolExecutor(RACERS) as pool:
        return list(pool.map(redeem, range(RACERS)))
