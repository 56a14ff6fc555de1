"""A signature is good once: again, in another spelling, at the same moment, after a restart, on both databases (OP-04)."""

from urllib.parse import urlencode

import pytest

from tests.idp.esia.system import AUTHORIZATION, TOKEN, System, register_system
from tests.idp.esia.test_attacks import VERSIONS, WAYS, WRONG_SECRET, code_of, refused
from tests.idp.stand import Stand
from tests.idp.test_sign_in_races import raced


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def stand(request: pytest.FixtureRequest) -> Stand:
    """A stand on each of the databases: the last word is theirs."""
    stand: Stand = request.getfixturevalue(f"{request.param}_stand")
    return stand


@pytest.fixture
def system(stand: Stand) -> System:
    return register_system(stand)


@VERSIONS
def test_op_04_signature_is_good_once_even_after_a_restart(stand: Stand, system: System, version: str) -> None:
    address = system.authorize_url(version, signs=WAYS[version])
    code = system.obtain_code(version=version, signs=WAYS[version])
    call = system.token_request(code, version, signs=WAYS[version])
    assert "sign-in" in system.new_browser().open(address).forms()
    assert system.post(call, version).status_code == 200
    assert refused(system, system.new_browser().open(address))["error_description"][:11] == WRONG_SECRET[version]
    assert code_of(system.post(call, version)) == WRONG_SECRET[version]
    settings = stand.settings
    restarted = Stand(settings.home, stand.clock, transport=stand.transport, database_url=settings.database_url)
    stand.beside.append(restarted)
    assert refused(system, system.new_browser().open(address))["error_description"][:11] == WRONG_SECRET[version]
    assert code_of(system.post(call, version)) == WRONG_SECRET[version]


@VERSIONS
def test_op_04_same_signature_in_another_spelling_is_the_same(system: System, version: str) -> None:
    fields = system.authorization(version, signs=WAYS[version])
    other = fields["client_secret"].replace("-", "+").replace("_", "/") + "\r\n"
    address = f"{system.address}{AUTHORIZATION[version]}"
    assert "sign-in" in system.new_browser().open(f"{address}?{urlencode(fields)}").forms()
    again = system.new_browser().open(f"{address}?{urlencode(fields | {'client_secret': other})}")
    assert refused(system, again)["error_description"][:11] == WRONG_SECRET[version]


@VERSIONS
def test_op_04_of_equal_token_calls_at_once_one_is_answered(stand: Stand, system: System, version: str) -> None:
    for _ in range(3):
        call = system.token_request(system.obtain_code(version=version, signs=WAYS[version]), version, signs=WAYS[version])

        def send(call: dict[str, str] = call) -> int:
            return stand.http().post(f"{system.address}{TOKEN[version]}", data=call).status_code

        assert sorted(raced(stand, *[send] * 4)) == [200, 400, 400, 400]


def test_op_04_of_two_signed_calls_for_one_code_one_is_answered(stand: Stand, system: System) -> None:
    for _ in range(3):
        code = system.obtain_code()
        calls = [system.token_request(code) for _ in range(4)]

        def send(call: dict[str, str]) -> int:
            return stand.http().post(f"{system.address}{TOKEN['v2']}", data=call).status_code

        deeds = [lambda call=call: send(call) for call in calls]
        assert sorted(raced(stand, *deeds)) == [200, 400, 400, 400]


@VERSIONS
def test_op_04_of_equal_requests_at_once_one_sees_a_page(stand: Stand, system: System, version: str) -> None:
    for _ in range(3):
        address = system.authorize_url(version, signs=WAYS[version])
        seen = raced(stand, *[lambda address=address: "sign-in" in system.new_browser().open(address).forms()] * 4)
        assert sorted(seen) == [False, False, False, True]


def same_state_and_second(stand: Stand, system: System) -> tuple[dict[str, str], str]:
    """A system of v1 whose token call has the text of its authorization request; the parameters of the latter, and the code."""
    first = system.authorization("v1", signs="rsa")
    browser = system.new_browser().open(f"{system.address}{AUTHORIZATION['v1']}?{urlencode(first)}")
    return first, system.answer_of(system.go_on(browser))["code"]


def test_op_04_state_of_the_first_request_serves_the_token_call_of_the_same_moment_once(stand: Stand, system: System) -> None:
    """What esia-connector does where a test walks through the pages within a second."""
    first, code = same_state_and_second(stand, system)
    call = system.token_request(code, "v1", signs="rsa", state=first["state"])
    call["client_secret"] = first["client_secret"]  # made anew it could tell another second of the machine's clock
    assert system.post(call, "v1").status_code == 200
    assert code_of(system.post(call, "v1")) == WRONG_SECRET["v1"]


@pytest.mark.parametrize("seconds", [3, 60, 299])
def test_op_04_signature_of_the_first_request_redeems_no_code_later(stand: Stand, system: System, seconds: int) -> None:
    first, code = same_state_and_second(stand, system)
    stand.clock.advance(seconds)
    replayed = system.token_request(code, "v1", signs="rsa") | {
        name: first[name] for name in ("state", "timestamp", "client_secret")
    }
    answers = {"ESIA-007005"} if seconds < 240 else {"ESIA-007005", "ESIA-007011"}
    assert code_of(system.post(replayed, "v1")) in answers


def test_op_04_token_call_of_v1_opens_no_page_afterwards(stand: Stand, system: System) -> None:
    call = system.token_request(system.obtain_code(version="v1", signs="rsa"), "v1", signs="rsa")
    assert system.post(call, "v1").status_code == 200
    again = system.new_browser().open(system.authorize_url("v1", signs="rsa", state=call["state"], timestamp=call["timestamp"]))
    assert refused(system, again)["error_description"][:11] == WRONG_SECRET["v1"]
