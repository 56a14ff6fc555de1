"""How much the request journal keeps, for how long, and where it exists at all."""

import pytest

from idp.settings import RequestJournal, Settings, read_settings
from tests.idp.requests.reading import ask, operate, recorded
from tests.idp.stand import Stand

DAY = 24 * 3600


@pytest.fixture
def small(stand: Stand) -> Stand:
    """A stand that keeps three requests of each system."""
    return again(stand, per_system=3)


def again(stand: Stand, *, environment: str = "test", **journal: object) -> Stand:
    settings: dict[str, object] = {"request_journal": RequestJournal(**journal), "environment": environment}  # type: ignore[arg-type]
    if environment == "production":
        settings |= {"issuer": "https://idp.test", "codes_per_hour": 5}
    return Stand(stand.settings.home, stand.clock, database_url=stand.settings.database_url, **settings)


def grants(stand: Stand, system: str) -> list[str]:
    return [one.exchange.parameters["grant_type"] for one in recorded(stand, system=system)]


def test_each_system_has_a_ring_of_its_own(small: Stand) -> None:
    small.add_client("other")
    for number in range(5):
        ask(small, f"own-{number}")
        recorded(small)  # each in a batch of its own, then in one of many
    small.http().post(f"{small.issuer}/oauth2/token", data={"grant_type": "others", "client_id": "other"})
    for number in range(5, 9):
        ask(small, f"own-{number}")
    assert grants(small, "client") == ["own-6", "own-7", "own-8"]
    assert grants(small, "other") == ["others"]
    assert small.rows("SELECT count(*) FROM requests") == [(4,)]
    small.close()


def test_nothing_is_older_than_fourteen_days(stand: Stand) -> None:
    ask(stand, "old")
    stand.clock.advance(14 * DAY - 1)
    assert grants(stand, "client") == ["old"]
    stand.clock.advance(1)
    assert grants(stand, "client") == [], "not even while its row waits to be removed"
    assert operate(stand.control(), "POST", "/requests/take")[0] == 404, "nor is it handed out"
    ask(stand, "new")
    assert grants(stand, "client") == ["new"]
    assert stand.rows("SELECT count(*) FROM requests") == [(1,)]


def test_number_of_a_forgotten_request_is_never_given_again(stand: Stand) -> None:
    ask(stand)
    (first,) = recorded(stand)
    stand.execute("DELETE FROM requests")
    ask(stand)
    assert recorded(stand)[0].number > first.number


def answer_headers(stand: Stand) -> dict[str, str]:
    return dict(stand.http().get(f"{stand.issuer}/oauth2/jwks").headers)


def test_journal_is_off_in_production(stand: Stand) -> None:
    production = again(stand, environment="production")
    ask(production)
    assert recorded(production) == []
    production.close()


def test_owner_turns_the_journal_on_in_production(stand: Stand) -> None:
    production = again(stand, environment="production", enabled=True)
    assert "X-Propusk-Request" not in answer_headers(production)
    assert [one.exchange.path for one in recorded(production)] == ["/oauth2/jwks"]
    production.close()


def test_journal_is_turned_off_on_a_test_stand(stand: Stand) -> None:
    silent = again(stand, enabled=False)
    assert "X-Propusk-Request" not in answer_headers(silent)
    assert recorded(silent) == []
    silent.close()


def read(**variables: str) -> Settings:
    return read_settings({"PROPUSK_HOME": "/nowhere", **variables})


def test_journal_is_set_by_the_environment() -> None:
    production = {"PROPUSK_ISSUER": "https://idp.test"}
    assert not read(**production).keeps_requests
    assert read(**production, PROPUSK_REQUEST_JOURNAL_ENABLED="true").keeps_requests
    assert not read(**production, PROPUSK_REQUEST_JOURNAL_ENABLED="").keeps_requests
    assert read(PROPUSK_ENVIRONMENT="test").keeps_requests
    assert not read(PROPUSK_ENVIRONMENT="test", PROPUSK_REQUEST_JOURNAL_ENABLED="false").keeps_requests


@pytest.mark.parametrize("limits", [{"per_system": 0}, {"days": 0}])
def test_ring_of_nothing_is_refused(limits: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        RequestJournal(**limits)
