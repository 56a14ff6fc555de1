"""Two hundred sandboxes at once: nobody meets anybody, and the process keeps its files in hand."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from requests import Session

from idp.protocol.compact_jwt import take_apart
from idp.sandboxes.opened import MANY_ENOUGH, OpenedSandboxes
from tests.idp.sandboxes.conftest import MakeSandbox
from tests.idp.sandboxes.sandbox import Sandbox
from tests.idp.stand import CITIZENS, CONTROL, CONTROL_TOKEN, Stand, answer_of
from tests.wsgi_transport import WsgiTransport

MANY = 200
FILES_A_PROCESS_MAY_OPEN = 1024


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


def test_two_hundred_sandboxes_in_parallel_stay_apart_and_within_the_files_of_a_process(
    sqlite_stand: Stand, make_sandbox: MakeSandbox
) -> None:
    application, most = sqlite_stand.control_application(), [0]

    def live(_number: int) -> tuple[Sandbox, str, str, str]:
        sandbox = make_sandbox()
        with Session() as control:
            control.mount(CONTROL, WsgiTransport({CONTROL: application}))
            body = {"person": "vera@example.test", "into": "tokens", "authorization": {"client_id": sandbox.client_id}}
            bearer = {"Authorization": f"Bearer {CONTROL_TOKEN}"}
            answer = control.post(f"{CONTROL}/t/{sandbox.id}/login", json=body, headers=bearer)
        assert answer.status_code == 200, answer.text
        most[0] = max(most[0], open_files())
        claims = take_apart(answer.json()["tokens"]["id_token"]).claims
        return sandbox, str(claims["iss"]), str(claims["aud"]), str(claims["sub"])

    with ThreadPoolExecutor(8) as pool:
        lived = list(pool.map(live, range(MANY)))
    sandboxes, seen = [one[0] for one in lived], [one[1:] for one in lived]
    assert [issuer for issuer, _, _ in seen] == [sandbox.issuer for sandbox in sandboxes]
    assert [client for _, client, _ in seen] == [sandbox.client_id for sandbox in sandboxes]
    assert len({subject for _, _, subject in seen}) == MANY  # each has a Vera of its own
    assert most[0] < FILES_A_PROCESS_MAY_OPEN
    for sandbox in sandboxes:
        with sandbox.realm.database.read() as connection:
            counts = {
                table: connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar()  # noqa: S608
                for table in ("sessions", "token_families", "information_systems", "citizens")
            }
        assert counts == {"sessions": 1, "token_families": 1, "information_systems": 1, "citizens": CITIZENS}


def test_no_more_realms_are_open_than_a_process_can_hold_and_the_oldest_goes_first(make_sandbox: MakeSandbox) -> None:
    sandboxes = [make_sandbox() for _ in range(4)]
    opened = OpenedSandboxes(sandboxes[0].stand.realm, limit=3)
    for sandbox in sandboxes[:3]:
        opened.find(sandbox.id)
    opened.find(sandboxes[0].id)
    opened.find(sandboxes[3].id)
    assert {realm.name for realm in opened.realms()} == {sandboxes[number].id for number in (0, 2, 3)}
    assert opened.find(sandboxes[1].id) is not None
    opened.close_all()
    assert MANY_ENOUGH * (2 * 2 + 1) < FILES_A_PROCESS_MAY_OPEN  # two idle connections of two files, and one they share


Step = Callable[[Sandbox, "World"], None]


class World:
    """What a sandbox should hold, worked out beside it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.browser = sandbox.stand.browser()
        self.is_signed_in = False
        self.clients = 1

    def sign_in(self) -> None:
        self.sandbox.sign_in(self.browser)
        self.is_signed_in = True

    def register(self) -> None:
        self.sandbox.register()
        self.clients += 1

    def sign_out(self) -> None:
        self.browser.open(f"{self.sandbox.issuer}/oauth2/logout")
        if "logout" in self.browser.forms():
            self.browser.submit("logout", "submit")
        self.is_signed_in = False

    def check(self) -> None:
        answer = answer_of(self.browser.open(self.sandbox.authorize_url(prompt="none")))
        assert answer["iss"] == self.sandbox.issuer
        if not self.is_signed_in:
            assert answer["error"] == "login_required"
        else:
            # Consent is each client's own; whoever is asked about one that is new is still signed in.
            assert "code" in answer or answer["error"] == "consent_required"
        with self.sandbox.realm.database.read() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM information_systems").scalar() == self.clients


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(steps=st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["sign_in", "register", "sign_out"])), max_size=8))
def test_whatever_happens_in_one_sandbox_is_seen_in_no_other(make_sandbox: MakeSandbox, steps: list[tuple[int, str]]) -> None:
    worlds = [World(make_sandbox()) for _ in range(3)]
    shared = worlds[0].browser
    worlds[1].browser = shared  # one browser that visits two of them
    for number, name in steps:
        getattr(worlds[number], name)()
    for world in worlds:
        world.check()
