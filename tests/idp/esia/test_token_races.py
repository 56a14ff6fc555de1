"""One code and one refresh token are good for one of those who bring them at once, on either database."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from idp.settings import Esia
from tests.idp.esia.issuing import granted_to, issue_code
from tests.idp.esia.system import System, register_system
from tests.idp.stand import Stand

AT_ONCE = 4


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def stand(request: pytest.FixtureRequest) -> Stand:
    stand: Stand = request.getfixturevalue(f"{request.param}_stand")
    return stand


@pytest.fixture
def system(stand: Stand) -> System:
    return register_system(stand)


def raced(stand: Stand, send: Callable[[dict[str, str]], Any], requests: list[dict[str, str]]) -> list[Any]:
    """The answers to these requests, all sent at once."""
    start = threading.Barrier(len(requests))
    answers: list[Any] = [None] * len(requests)

    def run(number: int) -> None:
        start.wait()
        try:
            answers[number] = send(requests[number])
        finally:
            stand.realm.database.release()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(requests))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def sending(stand: Stand, system: System, version: str) -> Callable[[dict[str, str]], Any]:
    def send(fields: dict[str, str]) -> Any:
        path = {"v1": "/aas/oauth2/te", "v2": "/aas/oauth2/v3/te"}[version]
        return stand.http().post(f"{system.address}{path}", data=fields)

    return send


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_one_code_is_redeemed_by_one_of_many_at_once(stand: Stand, system: System, version: str) -> None:
    code = issue_code(stand, system)
    requests = [system.token_request(code, version, signs="rsa") for _ in range(AT_ONCE)]
    answers = raced(stand, sending(stand, system, version), requests)
    assert sorted(answer.status_code for answer in answers) == [200, *[400] * (AT_ONCE - 1)]
    assert {answer.json()["error_description"][:11] for answer in answers if answer.status_code == 400} == {"ESIA-007011"}
    assert stand.rows("SELECT count(*) FROM refresh_tokens") == [(1,)]


def test_one_refresh_token_is_rotated_by_one_of_many_at_once(stand: Stand, system: System) -> None:
    token = granted_to(system.redeem(issue_code(stand, system), signs="rsa"))["refresh_token"]
    terms = {"grant_type": "refresh_token", "refresh_token": token}
    requests = [system.token_request(None, signs="rsa", text="R1", **terms) for _ in range(AT_ONCE)]
    answers = raced(stand, sending(stand, system, "v2"), requests)
    assert sorted(answer.status_code for answer in answers) == [200, *[400] * (AT_ONCE - 1)]
    assert stand.rows("SELECT revoked_because FROM token_families") == [("refresh_reused",)]


def test_one_signature_is_good_for_one_of_many_at_once(stand: Stand, system: System) -> None:
    terms = {"grant_type": "client_credentials", "scope": "fullname"}
    fields = system.token_request(None, signs="rsa", text="v3 client", **terms)
    answers = raced(stand, sending(stand, system, "v2"), [fields] * AT_ONCE)
    numbers = sorted(answer.json()["error_description"][:11] for answer in answers)
    assert numbers == ["ESIA-007006", *["ESIA-007053"] * (AT_ONCE - 1)]


@pytest.mark.parametrize("stand_settings", [{"esia": Esia(rotates_refresh=False)}])
def test_refresh_token_that_does_not_rotate_serves_all_at_once(
    stand: Stand, stand_settings: dict[str, object], system: System
) -> None:
    assert stand.settings.esia == stand_settings["esia"]
    token = granted_to(system.redeem(issue_code(stand, system), signs="rsa"))["refresh_token"]
    terms = {"grant_type": "refresh_token", "refresh_token": token}
    requests = [system.token_request(None, signs="rsa", text="R1", **terms) for _ in range(AT_ONCE)]
    answers = raced(stand, sending(stand, system, "v2"), requests)
    assert [answer.status_code for answer in answers] == [200] * AT_ONCE
