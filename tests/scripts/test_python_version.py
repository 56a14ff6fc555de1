"""An old Python is told so in one sentence, by files that it can read."""

import ast
from pathlib import Path

import pytest

from workshop.python_version import complaint

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
DOORS = sorted(path for path in SCRIPTS.iterdir() if path.is_file() and "refuse_old_python" in path.read_text())


@pytest.mark.parametrize(
    ("version", "told"),
    [((2, 7, 18), "2.7.18"), ((3, 6, 15), "3.6.15"), ((3, 10, 13), "3.10.13")],
)
def test_old_python_is_told_what_it_is_and_what_is_needed(version: tuple[int, ...], told: str) -> None:
    sentence = complaint(version)
    assert sentence.startswith(f"Python 3.11 or newer is needed; this is {told} (")
    assert "\n" not in sentence


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 13, 1), (4, 0, 0)])
def test_new_python_hears_nothing(version: tuple[int, ...]) -> None:
    assert complaint(version) is None


@pytest.mark.parametrize("path", [*DOORS, SCRIPTS / "workshop/__init__.py", SCRIPTS / "workshop/python_version.py"], ids=str)
def test_old_python_can_read_as_far_as_the_refusal(path: Path) -> None:
    source = path.read_bytes()
    source.decode("ascii")  # Python 2 refuses anything else without a coding line
    tree = ast.parse(source, feature_version=(3, 4))
    at_once = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    imported = {node.module if isinstance(node, ast.ImportFrom) else node.names[0].name for node in at_once}
    assert imported <= {"sys", "workshop.python_version"}, "nothing else is imported before the refusal"


def test_every_command_refuses_old_python_first() -> None:
    assert {path.name for path in DOORS} >= {"start", "reset", "keys", "seed", "check", "test", "lock"}
