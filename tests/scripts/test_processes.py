"""Children of a script: steps, what they say, and how they are stopped."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from workshop.checking import run_checks
from workshop.console import Refused, Stopped, table
from workshop.processes import Children, Step


@pytest.fixture
def children(tmp_path: Path) -> Iterator[Children]:
    with Children(tmp_path, stop_seconds=0.5) as children:
        yield children


def step(name: str, program: str, *, is_quiet: bool = False) -> Step:
    return Step(name, [sys.executable, "-c", program], is_quiet=is_quiet)


def test_steps_run_beside_one_another_and_are_reported_in_order(children: Children, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "meeting")  # each end waits for the other: one after the other, they would never end
    writer = step("writer", "open('meeting', 'w').write('met')")
    reader = step("reader", "print(open('meeting').read())")
    outcomes = children.run([writer, reader])
    assert [(outcome.step.name, outcome.status, list(outcome.lines)) for outcome in outcomes] == [
        ("writer", 0, []),
        ("reader", 0, ["met"]),
    ]


def test_lines_of_a_step_bear_its_name(children: Children, capsys: pytest.CaptureFixture[str]) -> None:
    children.run([step("keys", "print('made secrets.json')")])
    assert capsys.readouterr().out == "keys          made secrets.json\n"


def test_sentence_of_a_failed_step_is_said_once(children: Children, capsys: pytest.CaptureFixture[str]) -> None:
    outcome = children.run([step("seed", "import sys; print('one person'); sys.exit('Line 3 has no name.')")])[0]
    with pytest.raises(Refused, match=r"^seed: Line 3 has no name\.$"):
        outcome.demand_success()
    assert capsys.readouterr().out == "seed          one person\n"


def test_warning_of_a_successful_step_is_shown(children: Children, capsys: pytest.CaptureFixture[str]) -> None:
    children.run([step("seed", "import sys; print('mind this', file=sys.stderr)")])
    assert capsys.readouterr().out == "seed          mind this\n"


def test_stop_during_a_step_ends_it(children: Children) -> None:
    program = f"import os, signal; os.kill({os.getpid()}, signal.SIGINT); signal.pause()"
    with pytest.raises(Stopped):
        children.run([step("long", program)])
    children.stop()


def test_child_that_ignores_sigterm_is_killed_in_the_end(children: Children, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "ready")
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); open('ready', 'w').close(); signal.pause()"
    children.launch(step("deaf", deaf))
    (tmp_path / "ready").read_text()
    assert children.stop() == ["deaf"]


def test_program_that_is_not_there_is_named(children: Children) -> None:
    with pytest.raises(Refused, match=r"assets: /nowhere/node cannot be run: No such file or directory\."):
        children.run([Step("assets", ["/nowhere/node"])])


def test_handlers_of_signals_are_given_back(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGINT)
    with Children(tmp_path):
        assert signal.getsignal(signal.SIGINT) != before
    assert signal.getsignal(signal.SIGINT) == before


def test_all_checks_run_and_the_objecting_ones_are_named(children: Children, capsys: pytest.CaptureFixture[str]) -> None:
    steps = [
        step("types", "print('wrong type'); raise SystemExit(1)", is_quiet=True),
        step("floors", "print('all kept')", is_quiet=True),
        step("lint", "import sys; sys.exit('unused')", is_quiet=True),
    ]
    with pytest.raises(Refused, match=r"^Checks that object: types, lint\.$"):
        run_checks(children, steps)
    said = capsys.readouterr().out
    assert "types         wrong type\n" in said
    assert "lint          unused\n" in said
    assert "all kept" not in said


def test_table_is_aligned_also_in_cyrillic() -> None:
    assert table(("Name", "Phone"), [("Вера", "+7"), ("Незабудкин", "+8")]) == (
        "Name        Phone\nВера        +7\nНезабудкин  +8"
    )
