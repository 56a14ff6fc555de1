"""The clock stands where a test puts it, and things run out exactly then."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from ground.clock import FileClock, SystemClock
from idp.control.app import make_control
from tests.browser import Browser
from tests.idp.control.conftest import Control
from tests.idp.stand import CONTROL, SECRET, Stand
from tests.wsgi_transport import WsgiTransport

START = Stand.START


def refresh(stand: Stand, token: str) -> bool:
    data = {"grant_type": "refresh_token", "refresh_token": token}
    return stand.http().post(f"{stand.issuer}/oauth2/token", data=data, auth=("patient", SECRET)).status_code == 200


def push(stand: Stand) -> str:
    data = {"response_type": "code", "client_id": "client", "redirect_uri": "http://localhost:9999/callback", "scope": "openid"}
    answer = stand.http().post(f"{stand.issuer}/oauth2/par", data=data, auth=("client", SECRET))
    return str(answer.json()["request_uri"])


def claims_of(token: str) -> dict[str, int]:
    return dict(json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "==")))


@dataclass
class Thing:
    """Something that runs out: its value, and whether it is still good when it is really used."""

    value: str
    is_good: Callable[[], bool]


def authorization_code(stand: Stand) -> Thing:
    code = stand.obtain_code()
    return Thing(code, lambda: stand.redeem(code).status == 200)


def one_time_code(stand: Stand) -> Thing:
    browser = stand.browser().open(stand.authorize_url(acr_values="substantial"))
    stand.sign_in(browser)
    code = stand.last_code()
    return Thing(code, lambda: "consent" in browser.submit("code-form", "submit", code=code).forms())


def access_token(stand: Stand) -> Thing:
    token = stand.tokens()["access_token"]
    return Thing(token, lambda: stand.userinfo(token).status_code == 200)


def id_token(stand: Stand) -> Thing:
    """A client judges it: the time must be before `exp` (RFC 7519, 4.1.4)."""
    token = stand.tokens()["id_token"]
    return Thing(token, lambda: stand.clock.now() < claims_of(token)["exp"])


def refresh_token(stand: Stand) -> Thing:
    stand.add_client("patient", grant_types=("authorization_code", "refresh_token"))
    code = stand.obtain_code(client_id="patient", scope="openid offline_access", prompt="consent")
    token = str(stand.redeem(code, auth=("patient", SECRET)).body["refresh_token"])
    return Thing(token, lambda: refresh(stand, token))


def session(stand: Stand) -> Thing:
    browser = stand.browser()
    stand.obtain_code(browser)
    cookie = browser.session.cookies.get("idp_session")
    assert cookie
    return Thing(cookie, lambda: "sign-in" not in browser.open(stand.authorize_url()).forms())


def pushed_request(stand: Stand) -> Thing:
    uri = push(stand)
    address = f"{stand.issuer}/oauth2/authorize?client_id=client&request_uri={uri}"
    return Thing(uri, lambda: "sign-in" in stand.browser().open(address).forms())


def interaction(stand: Stand) -> Thing:
    browser = stand.browser().open(stand.authorize_url())
    stand.sign_in(browser)
    assert "consent" in browser.forms()
    (number,) = stand.rows("SELECT id FROM interactions")
    return Thing(str(number[0]), lambda: browser.submit("consent", "allow").url.startswith("http://localhost:9999"))


THINGS: dict[str, Callable[[Stand], Thing]] = {
    "authorization_code": authorization_code,
    "one_time_code": one_time_code,
    "access_token": access_token,
    "id_token": id_token,
    "refresh_token": refresh_token,
    "session_idle": session,
    "session_absolute": session,
    "pushed_request": pushed_request,
    "interaction": interaction,
}


@pytest.mark.parametrize("is_named", [True, False], ids=["named", "newest"])
@pytest.mark.parametrize(("seconds", "is_good"), [(-1, True), (0, False), (1, False)])
@pytest.mark.parametrize("what", THINGS)
def test_everything_is_good_one_second_before_it_expires_and_not_when_it_does(
    stand: Stand, control: Control, what: str, seconds: int, is_good: bool, is_named: bool
) -> None:
    thing = THINGS[what](stand)
    named = {"value": thing.value} if is_named else {}
    clock = control.post("/clock/expire", what=what, seconds=seconds, **named)
    assert clock["frozen"]
    assert clock["now"] == stand.clock.now() > START
    assert thing.is_good() is is_good


def test_value_chooses_among_several(stand: Stand, control: Control) -> None:
    browser = stand.browser()
    first = stand.obtain_code(browser)
    stand.clock.advance(30)
    second = stand.obtain_code(browser)
    assert control.post("/clock/expire", what="authorization_code", seconds=0)["now"] == START + 90
    clock = control.post("/clock/expire", what="authorization_code", value=first, seconds=0)
    assert clock["now"] == START + 60
    assert "warning" not in clock, "nothing has happened later"
    assert stand.redeem(first).status == 400
    assert stand.redeem(second).status == 200


def test_session_is_named_by_its_sid_too(stand: Stand, control: Control) -> None:
    sid = str(claims_of(stand.tokens()["id_token"])["sid"])
    idle, absolute = stand.settings.lifetimes.session_idle, stand.settings.lifetimes.session_absolute
    assert control.post("/clock/expire", what="session_idle", value=sid)["now"] == START + idle + 1
    assert control.post("/clock/expire", what="session_absolute", value=sid)["now"] == START + absolute + 1


@pytest.mark.parametrize("what", THINGS)
def test_nothing_that_could_expire_is_a_problem_and_moves_nothing(stand: Stand, control: Control, what: str) -> None:
    body = {"what": what, "seconds": 0}
    assert control.refused("POST", "/clock/expire", body) == (404, "nothing_to_expire")
    unknown = (422, "body_invalid") if what in ("access_token", "id_token") else (404, "nothing_to_expire")
    assert control.refused("POST", "/clock/expire", body | {"value": "nobody's"}) == unknown
    assert (stand.clock.now(), control.get("/clock")["frozen"]) == (START, False)


def test_token_without_an_end_never_expires(control: Control) -> None:
    token = ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (b'{"alg":"none"}', b"{}", b"x"))
    body = {"what": "access_token", "value": token, "seconds": 0}
    assert control.refused("POST", "/clock/expire", body) == (404, "nothing_to_expire")


def test_clock_is_read_put_advanced_frozen_and_given_back(stand: Stand, control: Control) -> None:
    def put(**body: object) -> object:
        return control.done(control.ask("PUT", "/clock", body))

    def state(now: int, *, frozen: bool = False, offset_seconds: int = 0) -> dict[str, object]:
        return {"now": now, "frozen": frozen, "offset_seconds": offset_seconds}

    assert control.get("/clock") == state(START)
    assert put() == state(START)
    assert put(now=START + 100) == state(START + 100, offset_seconds=100)
    assert put(frozen=True) == state(START + 100, frozen=True)
    assert control.post("/clock/advance", seconds=50) == state(START + 150, frozen=True)
    assert put(now=START + 200) == state(START + 200, frozen=True), "it stays frozen"
    assert put(frozen=False) == state(START + 200, offset_seconds=200)
    assert control.post("/clock/advance", seconds=-150) == state(START + 50, offset_seconds=50)
    assert put(now=START + 300, frozen=True) == control.get("/clock")
    assert control.done(control.ask("DELETE", "/clock")) == state(START)
    assert stand.actions()[-8:] == ["clock.moved"] * 8


def test_going_back_behind_what_has_happened_is_warned_of(stand: Stand, control: Control) -> None:
    control.post("/clock/advance", seconds=1000)
    stand.obtain_code()
    assert "warning" not in control.post("/clock/advance", seconds=0)
    assert str(START + 1000) in control.post("/clock/advance", seconds=-1)["warning"]
    assert "warning" in control.done(control.ask("DELETE", "/clock"))


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/clock", {"now": -1}), ("PUT", "/clock", {"now": 1.5}), ("PUT", "/clock", {"now": "1"}),
        ("PUT", "/clock", {"now": 7_258_118_401}), ("PUT", "/clock", {"frozen": 1}), ("PUT", "/clock", {"when": 1}),
        ("POST", "/clock/advance", {}), ("POST", "/clock/advance", {"seconds": None}),
        ("POST", "/clock/expire", {"what": "patience"}), ("POST", "/clock/expire", {}),
        ("POST", "/clock/expire", {"what": "interaction", "seconds": 10**11}),
    ],
)  # fmt: skip
def test_what_no_clock_can_do_is_refused(stand: Stand, control: Control, method: str, path: str, body: object) -> None:
    assert control.refused(method, path, body) == (422, "body_invalid")
    assert stand.clock.now() == START


@pytest.mark.parametrize("seconds", [-START - 1, 7_258_118_400])
def test_clock_does_not_leave_its_centuries(stand: Stand, control: Control, seconds: int) -> None:
    assert control.refused("POST", "/clock/advance", {"seconds": seconds}) == (422, "clock_out_of_range")
    assert stand.clock.now() == START


def test_machine_clock_cannot_be_moved(stand: Stand) -> None:
    realm = replace(stand.realm, clock=SystemClock())
    control = Control(Browser(WsgiTransport({CONTROL: make_control(realm)})))
    assert control.refused("GET", "/clock") == (409, "clock_immovable")
    assert control.refused("PUT", "/clock", {"frozen": True}) == (409, "clock_immovable")
    assert control.refused("POST", "/clock/advance", {"seconds": 1}) == (409, "clock_immovable")


def test_clock_of_the_file_moves_every_process(stand: Stand) -> None:
    file = stand.settings.var_folder / "clock"
    control = Control(Browser(WsgiTransport({CONTROL: make_control(replace(stand.realm, clock=FileClock(file)))})))
    elsewhere = FileClock(file)
    control.done(control.ask("PUT", "/clock", {"now": 12345, "frozen": True}))
    assert elsewhere.now() == 12345
    control.post("/clock/advance", seconds=5)
    assert elsewhere.now() == 12350
    control.done(control.ask("DELETE", "/clock"))
    assert not file.exists()
    assert abs(elsewhere.now() - SystemClock().now()) <= 1
