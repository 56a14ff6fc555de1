"""The environment is made once, again when what it was made for has changed, and only as far as that."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from workshop.console import Refused
from workshop.environment import DEVELOPMENT, PACKAGING, RUNTIME, count_packages, make_environment, read_stamp
from workshop.places import Places
from workshop.processes import Outcome, Step


class RecordingChildren:
    """Runs nothing: writes down what was asked, in one word each, and makes the Python that venv would make."""

    def __init__(self, places: Places, *, failing: str | None = None, last_words: str = "") -> None:
        self.asked: list[str] = []
        self._places = places
        self._failing = failing
        self._last_words = last_words

    def run(self, steps: Sequence[Step]) -> list[Outcome]:
        outcomes = []
        for step in steps:
            word = "venv" if "venv" in step.command else step.command[-1]
            self.asked.append(word)
            if word == "venv":
                self._places.python.parent.mkdir(parents=True, exist_ok=True)
                self._places.python.touch()
            failed = word == self._failing
            outcomes.append(Outcome(step, 1 if failed else 0, (), (self._last_words,) if failed else ()))
        return outcomes


@pytest.fixture
def places(tmp_path: Path) -> Places:
    for name in (RUNTIME, DEVELOPMENT, *PACKAGING):
        (tmp_path / name).write_text(f"# {name}\nflask==3.1.3 \\\n    --hash=sha256:00\n    # via propusk\n")
    return Places(checkout=tmp_path, home=tmp_path)


def make(places: Places, lock: str = RUNTIME) -> list[str]:
    children = RecordingChildren(places)
    make_environment(children, places, lock)  # type: ignore[arg-type]
    return children.asked


def test_first_time_makes_the_environment_and_installs_the_lock_and_this_checkout(places: Places) -> None:
    assert make(places) == ["venv", RUNTIME, "."]


def test_second_time_does_nothing(places: Places) -> None:
    make(places)
    assert make(places) == []


def test_changed_lock_is_installed_again_and_nothing_else(places: Places) -> None:
    make(places)
    (places.checkout / RUNTIME).write_text("flask==3.1.4\n")
    assert make(places) == [RUNTIME]


@pytest.mark.parametrize("name", PACKAGING)
def test_changed_packaging_renews_the_entry_points_only(places: Places, name: str) -> None:
    make(places)
    (places.checkout / name).write_text("another entry point\n")
    assert make(places) == ["."]


def test_environment_of_a_developer_serves_start_too(places: Places) -> None:
    assert make(places, DEVELOPMENT) == ["venv", DEVELOPMENT, "."]
    assert make(places, RUNTIME) == []


def test_environment_of_start_is_completed_for_a_developer(places: Places) -> None:
    make(places, RUNTIME)
    assert make(places, DEVELOPMENT) == [DEVELOPMENT]
    assert make(places, DEVELOPMENT) == []


def test_moved_checkout_gets_a_new_environment(places: Places, tmp_path_factory: pytest.TempPathFactory) -> None:
    make(places)
    moved = tmp_path_factory.mktemp("moved") / "checkout"
    places.checkout.rename(moved)
    assert make(Places(checkout=moved, home=moved)) == ["venv", RUNTIME, "."]


def test_environment_of_somebody_else_behind_a_link_is_left_alone(
    places: Places, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A link from one checkout to the environment of another: making ours anew emptied theirs."""
    theirs = tmp_path_factory.mktemp("theirs")
    (theirs / "something").touch()
    places.environment.symlink_to(theirs)
    make(places)
    assert not places.environment.is_symlink()
    assert [each.name for each in theirs.iterdir()] == ["something"]


def test_installation_cut_short_is_taken_up_again(places: Places) -> None:
    with pytest.raises(Refused):
        make_environment(RecordingChildren(places, failing=RUNTIME), places)  # type: ignore[arg-type]
    assert RUNTIME in make(places)


def test_damaged_stamp_is_no_stamp(places: Places) -> None:
    make(places)
    (places.environment / "propusk.stamp").write_text("{")
    assert read_stamp(places) == {"origin": None, "locks": {}, "packaging": None}
    assert make(places) == ["venv", RUNTIME, "."]


def test_failure_of_pip_is_one_sentence_with_its_reason(places: Places) -> None:
    children = RecordingChildren(places, failing=RUNTIME, last_words="ERROR: no matching distribution found for flask==3.1.3")
    with pytest.raises(Refused, match=r"could not install what was asked \(requirements\.lock\): no matching distribution"):
        make_environment(children, places)  # type: ignore[arg-type]


def test_python_without_venv_is_told_the_package_of_debian(places: Places) -> None:
    children = RecordingChildren(places, failing="venv", last_words="... ensurepip is not available ...")
    with pytest.raises(Refused, match="install python3-venv"):
        make_environment(children, places)  # type: ignore[arg-type]


def test_missing_lock_is_named(places: Places) -> None:
    (places.checkout / RUNTIME).unlink()
    with pytest.raises(Refused, match=r"requirements\.lock cannot be read"):
        make(places)


def test_packages_are_counted_without_hashes_and_comments(places: Places) -> None:
    assert count_packages(places.checkout / RUNTIME) == 1
