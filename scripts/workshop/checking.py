"""`scripts/check` and `scripts/test`: everything that is judged without running the product, and then everything else."""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence

from workshop.console import Refused, command, say
from workshop.environment import DEVELOPMENT, make_environment
from workshop.places import Places, check_writable, find_places
from workshop.processes import Children, Step
from workshop.system_packages import make_system_packages
from workshop.web_files import web_file_steps

TEST_PROCESSES = "2"


def check(arguments: Sequence[str]) -> int:
    """The command: exit status 1 when any check objects. All run, so that one sees everything at once."""
    parser = argparse.ArgumentParser(
        prog="scripts/check", description="Judge formatting, lint, types, import contracts and translations."
    )
    parser.parse_args(arguments)

    def run() -> int:
        places = find_places(os.environ)
        check_writable(places.checkout)
        with Children(places.checkout) as children:
            make_environment(children, places, DEVELOPMENT)
            run_checks(children, check_steps(places))
        return 0

    return command(run)


def test(arguments: Sequence[str]) -> int:
    """The command: set up, check, then pytest, whose exit status and closing line are ours."""
    parser = argparse.ArgumentParser(
        prog="scripts/test",
        description="Set up, check, and run every test. Arguments go to pytest; with any, only pytest runs, without coverage.",
        add_help=False,
    )
    parser.add_argument("--help", action="help")
    _, chosen = parser.parse_known_args(arguments)

    def run() -> int:
        places = find_places(os.environ)
        check_writable(places.checkout)
        with Children(places.checkout) as children:
            make_system_packages(children)
            make_environment(children, places, DEVELOPMENT)
            for outcome in children.run(web_file_steps(children, places)):
                outcome.demand_success()
            if not chosen:
                run_checks(children, check_steps(places))
        return run_pytest(places, chosen)

    return command(run)


def check_steps(places: Places) -> list[Step]:
    """The checks, the longest first."""
    python = str(places.python)
    tools = places.environment / "bin"
    return [
        Step("types", [python, "-m", "mypy"], is_quiet=True),
        Step("floors", [str(tools / "lint-imports"), "--no-logo"], is_quiet=True),
        Step("lint", [python, "-m", "ruff", "check", "."], is_quiet=True),
        Step("formatting", [python, "-m", "ruff", "format", "--check", "--diff", "."], is_quiet=True),
        Step("translations", [python, "-m", "ground.web.catalogues", "check"], is_quiet=True),
    ]


def run_checks(children: Children, steps: Sequence[Step]) -> None:
    """Run all checks beside one another and show what the objecting ones say. Raises Refused if there are any."""
    began = time.monotonic()
    objecting = [outcome for outcome in children.run(steps) if outcome.status != 0]
    for outcome in objecting:
        for line in (*outcome.lines, *outcome.errors):
            say(outcome.step.name, line)
    if objecting:
        raise Refused(f"Checks that object: {', '.join(outcome.step.name for outcome in objecting)}.")
    names = ", ".join(step.name for step in steps)
    say("checks", f"{names}: nothing to object ({time.monotonic() - began:.1f} s)")


def run_pytest(places: Places, chosen: Sequence[str]) -> int:
    """Run pytest in the foreground, so that its last line is the last line."""
    arguments = list(chosen) or ["--numprocesses", TEST_PROCESSES, "--cov", "--cov-report", "term"]
    say("tests", f"pytest {' '.join(arguments)}")
    sys.stdout.flush()
    try:
        return subprocess.run([str(places.python), "-m", "pytest", *arguments], cwd=places.checkout, check=False).returncode
    except KeyboardInterrupt:
        return 130
