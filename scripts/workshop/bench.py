"""`scripts/bench`: sets up what the tests need and measures. The measurement itself is tests/load."""

import argparse
import os
import subprocess
from collections.abc import Sequence

from workshop.console import command
from workshop.environment import DEVELOPMENT, make_environment
from workshop.places import check_writable, find_places
from workshop.processes import Children


def bench(arguments: Sequence[str]) -> int:
    """The command. Exit status of the measurement."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description="CPU time of a token request and of a whole sign-in.")
    parser.add_argument("rounds", nargs="?", type=int, default=5, help="rounds of measurements, of which the median is told")
    rounds = parser.parse_args(arguments).rounds

    def run() -> int:
        places = find_places(os.environ)
        check_writable(places.checkout)
        with Children(places.checkout) as children:
            make_environment(children, places, DEVELOPMENT)
        measurement = [str(places.python), "-m", "tests.load.sign_in", str(rounds)]
        return subprocess.run(measurement, cwd=places.checkout, check=False).returncode

    return command(run)
