"""Sandboxes as a program makes them, over the control plane."""

import pytest

from idp.control import waiting
from idp.control.clock import LAST_MOMENT
from idp.keyring import pool
from idp.sandboxes import making
from idp.sandboxes.opened import pool_of
from tests.browser import Browser
from tests.idp.stand import CONTROL, CONTROL_TOKEN, Stand


@pytest.fixture
def control(sqlite_stand: Stand, rsa_pool: object) -> Browser:
    """Somebody who has the token."""
    pool_of(sqlite_stand.settings).symlink_to(str(rsa_pool))
    browser = sqlite_stand.control()
    browser.session.headers["Authorization"] = f"Bearer {CONTROL_TOKEN}"
    return browser


def ask(control: Browser, method: str, path: str, **body: object) -> tuple[int, dict[str, object]]:
    answer = control.session.request(method, f"{CONTROL}{path}", json=body or None)
    return answer.status_code, answer.json() if answer.content else {}


def test_a_sandbox_is_made_read_listed_and_thrown_away(control: Browser, sqlite_stand: Stand) -> None:
    status, made = ask(control, "POST", "/sandboxes", id="mine", lives_for=60, lifetimes={"access_token": 5})
    assert status == 201
    assert made["issuer"] == f"{sqlite_stand.issuer}/t/mine"
    assert made["control_path"] == "/t/mine"
    assert made["lifetimes"] == {"access_token": 5}
    assert int(str(made["expires_at"])) - int(str(made["created_at"])) == 60
    assert ask(control, "GET", "/sandboxes") == (200, {"sandboxes": [made]})
    assert ask(control, "GET", "/sandboxes/mine") == (200, made)
    assert sqlite_stand.http().get(f"{made['issuer']}/oauth2/jwks").status_code == 200
    assert ask(control, "DELETE", "/sandboxes/mine")[0] == 204
    assert sqlite_stand.http().get(f"{made['issuer']}/oauth2/jwks").status_code == 404
    assert ask(control, "GET", "/sandboxes/mine")[0] == 404


def test_people_of_a_sandbox_are_its_own(control: Browser, sqlite_stand: Stand) -> None:
    for name in ("one", "other"):
        ask(control, "POST", "/sandboxes", id=name)
    status, person = ask(control, "POST", "/t/one/people", phone="+70000000777")
    assert status == 201
    found = {
        path: len(ask(control, "GET", f"{path}/people?login=%2B70000000777")[1]["people"])  # type: ignore[arg-type]
        for path in ("/t/one", "/t/other", "")
    }
    assert found == {"/t/one": 1, "/t/other": 0, "": 0}
    assert ask(control, "GET", f"/t/other/people/{person['id']}")[0] == 404


def test_a_snapshot_is_kept_and_gone_back_to(control: Browser) -> None:
    ask(control, "POST", "/sandboxes", id="mine")
    assert ask(control, "POST", "/sandboxes/mine/snapshots", name="before")[0] == 201
    assert ask(control, "POST", "/sandboxes/mine/snapshots", name="before")[0] == 409
    _, person = ask(control, "POST", "/t/mine/people", family_name="Ромашкина")
    assert ask(control, "GET", f"/t/mine/people/{person['id']}")[0] == 200
    assert ask(control, "POST", "/sandboxes/mine/restore", name="before")[0] == 204
    assert ask(control, "GET", f"/t/mine/people/{person['id']}")[0] == 404
    assert ask(control, "POST", "/sandboxes/mine/restore", name="after")[0] == 404


@pytest.mark.parametrize(
    "body",
    [
        {"id": "../x"},
        {"id": "A"},
        {"id": ""},
        {"lives_for": 0},
        {"lifetimes": {"nonsense": 5}},
        {"lifetimes": {"pushed_request": 5}},
        {"lifetimes": {"access_token": "5"}},
        {"seed": ""},
        {"now": -1},
        {"unknown": 1},
    ],
)
def test_what_a_sandbox_cannot_be_is_refused_with_a_problem(control: Browser, body: dict[str, object]) -> None:
    status, problem = ask(control, "POST", "/sandboxes", **body)
    assert status == 422
    assert problem["type"] == "urn:propusk:problem:body_invalid"
    assert problem["detail"]
    assert ask(control, "GET", "/sandboxes")[1] == {"sandboxes": []}


def test_a_name_or_a_seed_that_is_in_use_is_a_conflict(control: Browser) -> None:
    assert ask(control, "POST", "/sandboxes", seed="spring")[0] == 201
    status, problem = ask(control, "POST", "/sandboxes", seed="spring")
    assert status == 409
    assert "already" in str(problem["detail"])


def test_an_operation_of_a_sandbox_that_is_not_there_is_refused(control: Browser) -> None:
    status, problem = ask(control, "GET", "/t/nobody/people")
    assert status == 404
    assert problem["type"] == "urn:propusk:problem:sandbox_unknown"


def test_the_pool_is_filled_once_and_gives_each_sandbox_keys_of_its_own_use(sqlite_stand: Stand) -> None:
    folder = pool_of(sqlite_stand.settings)
    assert pool.fill(folder, enough=2) == 2
    assert pool.fill(folder, enough=2) == 0
    names = pool.names(folder)
    chance = sqlite_stand.realm.chance
    taken = pool.pick(folder, chance, used={names[0]})
    assert taken.stem == names[1]
    assert pool.pick(folder, chance, used=set(names)).stem not in names  # made now, because none was left
    assert len(pool.names(folder)) == 3


def test_a_sandbox_has_a_phone_of_its_own_and_neither_sandboxes_nor_a_door(control: Browser, sqlite_stand: Stand) -> None:
    ask(control, "POST", "/sandboxes", id="mine")
    realm = sqlite_stand.opened.find("mine")
    assert realm is not None
    with realm.database.write() as connection:
        realm.outbox.post(connection, channel="sms", address="+70000000017", text="Пропуск: код для входа 407193.")
    page = control.open(f"{CONTROL}/t/mine/phone").answer.text
    assert 'data-code="407193"' in page
    assert 'action="/t/mine/phone"' in page and 'data-news="/t/mine/phone/messages"' in page
    assert "407193" not in control.open(f"{CONTROL}/phone").answer.text
    assert ask(control, "GET", "/t/mine/sandboxes")[0] == 404
    assert control.session.get(f"{CONTROL}/t/mine/t/mine/people").status_code == 404
    assert control.open(f"{CONTROL}/t/mine/open?token={CONTROL_TOKEN}").answer.status_code == 404
    without = sqlite_stand.control()
    assert without.open(f"{CONTROL}/t/mine/phone").answer.status_code == 403


@pytest.mark.parametrize(
    ("path", "body"),
    [("/sandboxes", {"id": "a\n"}), ("/sandboxes/mine/snapshots", {"name": "a\n"}), ("/sandboxes", {"now": 253_402_300_799})],
)
def test_name_with_a_line_feed_and_a_year_that_no_date_reaches_are_refused(
    control: Browser, path: str, body: dict[str, object]
) -> None:
    """The first two were faults: a dollar sign matches before a line feed. In the year 9999 every page and key was one."""
    ask(control, "POST", "/sandboxes", id="mine")
    status, problem = ask(control, "POST", path, **body)
    assert (status, problem["type"]) == (422, "urn:propusk:problem:body_invalid")


def test_everything_works_in_a_sandbox_of_the_last_moment_there_is(control: Browser, sqlite_stand: Stand) -> None:
    ask(control, "POST", "/sandboxes", id="late", now=LAST_MOMENT)
    for method, path, body in (
        ("POST", "/login", {"person": "vera@example.test", "acr_values": "substantial"}),
        ("POST", "/keys/rotate", {"algorithms": ["ES256"]}),
        ("POST", "/mint", {"kind": "jwt"}),
    ):
        assert ask(control, method, f"/t/late{path}", **body)[0] == 200
    for address in (f"{CONTROL}/t/late/phone", f"{sqlite_stand.issuer}/t/late/", f"{sqlite_stand.issuer}/t/late/oauth2/jwks"):
        assert (control.open(address) if CONTROL in address else sqlite_stand.browser().open(address)).answer.status_code == 200


def test_what_was_asked_before_a_snapshot_is_in_it_and_what_was_asked_before_going_back_is_gone(
    control: Browser, sqlite_stand: Stand
) -> None:
    """Requests are written a moment after their answers: those of the other state came up in this one, and with a seed
    their ids collided with the next ones, which were lost."""
    ask(control, "POST", "/sandboxes", id="mine", seed="spring")
    metadata = f"{sqlite_stand.issuer}/t/mine/.well-known/openid-configuration"
    first = sqlite_stand.http().get(metadata).headers["X-Propusk-Request"]
    ask(control, "POST", "/sandboxes/mine/snapshots", name="one")
    for _ in range(3):
        second = sqlite_stand.http().get(metadata).headers["X-Propusk-Request"]
        ask(control, "POST", "/sandboxes/mine/restore", name="one")
        assert ids(control) == [first]
        assert sqlite_stand.http().get(metadata).headers["X-Propusk-Request"] != first
        assert len(ids(control)) == 2
    assert second not in ids(control)[:1]


def ids(control: Browser) -> list[object]:
    requests: list[dict[str, object]] = ask(control, "GET", "/t/mine/requests")[1]["requests"]  # type: ignore[assignment]
    return [request["id"] for request in requests]


def test_whoever_waits_in_a_sandbox_that_is_thrown_away_is_told_so(
    control: Browser, sqlite_stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its database was closed under the question, which broke."""
    ask(control, "POST", "/sandboxes", id="mine")

    def throw_away(_seconds: float) -> None:
        making.remove(sqlite_stand.realm, "mine")
        sqlite_stand.opened.close("mine")

    monkeypatch.setattr(waiting, "wait", throw_away)
    status, problem = ask(control, "GET", "/t/mine/outbox?wait_for=5")
    assert (status, problem["type"]) == (404, "urn:propusk:problem:sandbox_unknown")


def test_reset_puts_the_clock_of_a_sandbox_back_to_where_it_was_made(control: Browser) -> None:
    ask(control, "POST", "/sandboxes", id="still", now=Stand.START)
    ask(control, "POST", "/sandboxes", id="running")
    for name in ("still", "running"):
        ask(control, "POST", f"/t/{name}/clock/advance", seconds=100_000)
        assert ask(control, "POST", f"/t/{name}/reset")[0] == 204
    assert ask(control, "GET", "/t/still/clock")[1]["now"] == Stand.START
    running = ask(control, "GET", "/t/running/clock")[1]
    assert (running["frozen"], running["offset_seconds"]) == (False, 0)
