"""How long a developer waits for the kit: the first sign-in of a cold test run, and what each further test costs.

    python -m tests.load.kit [rounds]

A cold run is a home whose keys and databases were made by an earlier run, and no process yet: from the request of the stand
to the end of the first sign-in. The very first run of a machine, which makes them, is told beside it. A further test is a
fresh sandbox, a person, a client and a sign-in without pages to tokens; the same through the real pages is told beside it,
and so is the making of a sandbox alone.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from propusk import Esia, Stand
from propusk.process import answers
from tests.running_stand import wait_for

CALLBACK = "http://localhost/callback"
COLD_ROUNDS = 5
COLD_SECONDS = 2.5
FURTHER_MILLISECONDS = 150
MAKING_MILLISECONDS = 50


def sign_in(esia: Esia) -> None:
    """A browserless sign-in, to tokens."""
    client = esia.client(CALLBACK)
    login = esia.login(as_=esia.citizen(), into="tokens", client_id=client.client_id, scope="openid")
    assert login.access_token


def sign_in_by_pages(esia: Esia) -> None:
    """The same through the pages, with password and SMS, up to the way back to the application."""
    client = esia.client(CALLBACK)
    query = f"response_type=code&client_id={client.client_id}&redirect_uri={CALLBACK}&scope=openid"
    esia.visit(f"{esia.discovery['authorization_endpoint']}?{query}", as_=esia.citizen(), by="sms")


def first_sign_in(home: Path) -> float:
    """Seconds from nothing running to the end of the first sign-in."""
    began = time.monotonic()
    with Stand.open(home) as stand, stand.sandbox() as esia:
        sign_in(esia)
        taken = time.monotonic() - began
        control = stand.control
    wait_for(lambda: not answers(control.address, control.token) or None, "the stand ends when nobody uses it")
    return taken


def make_sandbox(stand: Stand, rounds: int) -> list[float]:
    """Milliseconds of each making of a sandbox, and nothing else."""
    taken = []
    for _ in range(rounds):
        began = time.monotonic()
        with stand.sandbox():
            taken.append((time.monotonic() - began) * 1000)
    return taken


def further(stand: Stand, act: Callable[[Esia], None], rounds: int) -> list[float]:
    """Milliseconds of each round, from the request of a sandbox to the end of its sign-in."""
    taken = []
    for _ in range(rounds):
        began = time.monotonic()
        with stand.sandbox() as esia:
            act(esia)
            taken.append((time.monotonic() - began) * 1000)
    return taken


def measure(rounds: int) -> None:
    with tempfile.TemporaryDirectory(prefix="propusk-kit-") as folder:
        home = Path(folder) / "home"
        print(f"very first sign-in of a machine        {first_sign_in(home):8.2f} s")
        cold = [first_sign_in(home) for _ in range(COLD_ROUNDS)]
        print(f"first sign-in of a cold run, median    {statistics.median(cold):8.2f} s    goal {COLD_SECONDS} s")
        with Stand.open(home) as stand:
            further(stand, sign_in, 3)
            made = make_sandbox(stand, rounds)
            worst = statistics.quantiles(made, n=20)[-1]
            print(
                f"{'sandbox':<38} {statistics.median(made):8.1f} ms   95 % within {worst:.1f} ms   goal {MAKING_MILLISECONDS} ms"
            )
            for name, act, goal in (
                ("sandbox and browserless sign-in", sign_in, f"goal {FURTHER_MILLISECONDS} ms"),
                ("sandbox and sign-in by its pages", sign_in_by_pages, ""),
            ):
                taken = further(stand, act, rounds)
                worst = statistics.quantiles(taken, n=20)[-1]
                print(f"{name:<38} {statistics.median(taken):8.1f} ms   95 % within {worst:.1f} ms   {goal}".rstrip())


if __name__ == "__main__":
    measure(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
