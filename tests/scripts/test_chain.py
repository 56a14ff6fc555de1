"""Several commands of an application in one process: in order, to the first failure, answers apart from what is said."""

import sys
from pathlib import Path

import pytest

from workshop.chain import split_quiet
from workshop.processes import Children, Step
from workshop.start import Applications, prepare

PROGRAM = """
import sys
place, command = sys.argv[1:]
open(place, "a").write(command + "\\n")
print(command, "said")
if command == "broken":
    sys.exit("It broke.")
sys.exit(0)
"""


@pytest.fixture
def diary(tmp_path: Path) -> Path:
    (tmp_path / "program.py").write_text(PROGRAM)
    return tmp_path / "diary"


def applications(diary: Path, *, has_client_secret: bool = True) -> Applications:
    program = str(diary.with_name("program.py"))
    return Applications(
        sys.executable, has_client_secret=has_client_secret, idp=(program, str(diary)), rp=(program, f"{diary}-of-rp")
    )


def test_commands_run_in_order_and_quiet_answers_are_kept_apart(diary: Path, capsys: pytest.CaptureFixture[str]) -> None:
    step = applications(diary).chain("idp", "keys", "prepare", quiet=("people", "phone-link"))
    with Children(diary.parent) as children:
        outcome = children.run([step])[0].demand_success()
    assert diary.read_text().split() == ["keys", "prepare", "people", "phone-link"]
    assert split_quiet(outcome.lines) == ["people said", "phone-link said"]
    assert capsys.readouterr().out == "idp           keys said\nidp           prepare said\n"


def test_first_failure_ends_the_chain_with_its_own_sentence(diary: Path) -> None:
    step = applications(diary).chain("idp", "keys", "broken", "prepare")
    with Children(diary.parent) as children:
        outcome = children.run([step])[0]
    assert (outcome.status, outcome.last_words) == (1, "It broke.")
    assert diary.read_text().split() == ["keys", "broken"]


def test_module_is_run_as_python_does_from_the_folder_of_the_checkout(diary: Path) -> None:
    package = diary.parent / "packaged"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text("import sys, packaged; print(packaged.__name__, sys.argv[1:])")
    step = Applications(sys.executable, idp=("-m", "packaged")).chain("idp", "keys", "prepare")
    with Children(diary.parent) as children:
        outcome = children.run([step])[0].demand_success()
    assert list(outcome.lines) == ["packaged ['keys']", "packaged ['prepare']"]


@pytest.mark.parametrize(("has_client_secret", "runs"), [(False, 2), (True, 1)], ids=["first start", "second start"])
def test_registry_makes_its_client_secret_before_the_provider_reads_it(diary: Path, has_client_secret: bool, runs: int) -> None:
    with Children(diary.parent) as children:
        answers = prepare(children, applications(diary, has_client_secret=has_client_secret))
    assert answers == ("people said", "phone-link said")
    assert Path(f"{diary}-of-rp").read_text().split().count("keys") == runs


def test_failure_of_what_is_only_for_looks_is_said_and_lived_with(diary: Path, capsys: pytest.CaptureFixture[str]) -> None:
    typeface = Step("assets", [sys.executable, "-c", "import sys; sys.exit('no network')"])
    with Children(diary.parent) as children:
        assert prepare(children, applications(diary), beside=[typeface]) == ("people said", "phone-link said")
    assert "assets        not made, the pages will look plainer: no network\n" in capsys.readouterr().out
