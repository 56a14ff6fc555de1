"""`scripts/wheel`: the distributions, made of the sources in a folder of their own so that nothing of this machine gets in."""

import argparse
import os
import shutil
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from configparser import ConfigParser
from pathlib import Path

from workshop.console import command, say
from workshop.environment import DEVELOPMENT, make_environment
from workshop.places import check_writable, find_places
from workshop.processes import Children, Step
from workshop.web_files import web_file_steps

NOT_FOR_PRODUCTION = (
    "config/bank.toml",
    "config/idp.toml",
    "config/rp.toml",
    "config/seed/bank",
    "config/seed/esia.toml",
    "config/seed/people.toml",
    "config/seed/without_snils.toml",
    "ground/web/static/phone*",
    "idp/authentication/rehearsal.py",
    "idp/authentication/devices/rehearsal.py",
    "idp/authentication/methods/*/rehearsal.py",
    "idp/control",
    "idp/sandboxes",
    "idp/pages/static/phone*",
    "idp/pages/templates/bank",
    "idp/pages/templates/phone*",
    "propusk",
)
"""What only a test stand has. Without it a control plane cannot be started, whatever the settings say."""


def wheel(arguments: Sequence[str]) -> int:
    """The command: prepare what is built, then sdist and wheel into dist/."""
    parser = argparse.ArgumentParser(prog="scripts/wheel", description="Build the wheel and the source distribution into dist/.")
    parser.add_argument("--production", action="store_true", help="only a wheel, without control plane, sandboxes and test kit")
    parser.add_argument("--into", type=Path, metavar="DIR", help="the folder for what is built (default: dist)")
    parser.add_argument("--no-setup", action="store_true", help="use the environment as it is, and build no typeface")
    options = parser.parse_args(arguments)

    def run() -> int:
        places = find_places(os.environ)
        target = (options.into or places.checkout / "dist").absolute()
        check_writable(target)
        with Children(places.checkout) as children:
            if not options.no_setup:
                make_environment(children, places, DEVELOPMENT)
                for outcome in children.run(web_file_steps(children, places)):
                    outcome.demand_success()
            python = sys.executable if options.no_setup else str(places.python)
            build_source(children, python, places.checkout, target)
            sdist = max(target.glob("propusk-*.tar.gz"), key=lambda file: file.stat().st_mtime_ns)
            build_wheel(children, python, sdist, target, is_for_production=options.production)
            if options.production:
                sdist.unlink()
        return 0

    return command(run)


def build_source(children: Children, python: str, checkout: Path, target: Path) -> None:
    """The source distribution, straight from the checkout."""
    _build(children, python, checkout, target, "--sdist")


def build_wheel(children: Children, python: str, sdist: Path, target: Path, *, is_for_production: bool) -> None:
    """The wheel, from the source distribution and from nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(sdist) as archive:
            archive.extractall(folder, filter="data")
        (sources,) = Path(folder).iterdir()
        if is_for_production:
            leave_out_the_test_stand(sources)
        _build(children, python, sources, target, "--wheel")


def leave_out_the_test_stand(sources: Path) -> None:
    """Remove what is not for production from the sources, and give their version a name of its own (PEP 440, local version)."""
    for pattern in NOT_FOR_PRODUCTION:
        for path in sources.glob(pattern):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
    file = sources / "setup.cfg"
    settings = ConfigParser(interpolation=None)
    settings.read(file, encoding="utf-8")
    settings["metadata"]["version"] += "+production"
    settings["options.entry_points"].pop("pytest11", None)
    with file.open("w", encoding="utf-8") as text:
        settings.write(text)


def _build(children: Children, python: str, sources: Path, target: Path, kind: str) -> None:
    # With the tools of the lock: an isolated build would fetch others from the network.
    options = ("--no-isolation", "--skip-dependency-check", kind, "--outdir", str(target))
    children.run([Step("build", [python, "-m", "build", *options, str(sources)], is_quiet=True)])[0].demand_success()
    say("build", f"{kind.removeprefix('--')}: {max(target.iterdir(), key=lambda file: file.stat().st_mtime_ns)}")
