"""The small commands: `keys`, `seed` and `reset`."""

import argparse
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from workshop.console import command, say
from workshop.environment import make_environment
from workshop.places import Places, check_writable, find_places, lock_stand
from workshop.processes import Children
from workshop.services import read_services
from workshop.start import BANK, Applications

KEY_OWNERS = ("idp", "bank", "rp")


def keys(arguments: Sequence[str]) -> int:
    """The command: make the keys that are missing."""
    _parse("keys", "Make the keys that are missing.", arguments)
    return command(lambda: _run_in_all("keys"))


def seed(arguments: Sequence[str]) -> int:
    """The command: bring all databases to the present schema and load the seed. It needs the keys."""
    _parse("seed", "Bring all databases to the present schema and load the seed.", arguments)
    return command(lambda: _run_in_all("prepare"))


def reset(arguments: Sequence[str]) -> int:
    """The command: remove the databases and the keys, after saying so. Refuses beside a running stand."""
    _parse("reset", "Start over: remove var/ and the keys. config/ stays.", arguments)

    def run() -> int:
        places = find_places(os.environ)
        check_writable(places.var)
        lock = lock_stand(places)
        try:
            remove_state(places)
        finally:
            os.close(lock)
        return 0

    return command(run)


def remove_state(places: Places) -> None:
    """Remove everything under var/ and the keys of our applications; anything else under keys/ is somebody's own."""
    doomed = [*sorted(places.var.iterdir()), *(places.keys / owner for owner in KEY_OWNERS if (places.keys / owner).exists())]
    for path in doomed:
        if path.name == "stand.lock":
            continue  # it is ours at this moment, and empty of state
        say("reset", f"removing {path.relative_to(places.home)}")
        _remove(path)
    if (places.keys / "authority").exists():
        say("reset", "keys/authority stays, because a browser may trust it already; remove it by hand to begin a new one")
    say("reset", f"{places.home} is as after a clone, with config/ untouched; scripts/start makes everything anew")


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _run_in_all(name: str) -> int:
    places = find_places(os.environ)
    check_writable(places.checkout, places.var, places.keys)
    with Children(places.checkout) as children:
        make_environment(children, places)
        applications = Applications(str(places.python))
        has_bank = any(service.application == "bank" for service in read_services(places, os.environ))
        steps = [applications.step("idp", name), applications.step("rp", name)]
        steps += [applications.step("idp", *BANK, name)] if has_bank else []
        for outcome in children.run(steps):
            outcome.demand_success()
    return 0


def _parse(name: str, description: str, arguments: Sequence[str]) -> None:
    argparse.ArgumentParser(prog=f"scripts/{name}", description=description).parse_args(arguments)
