"""What the tests want from the system is installed where we may and named where we may not."""

from pathlib import Path

import pytest

from workshop import system_packages
from workshop.processes import Children
from workshop.system_packages import SystemPackage, is_debian_like, make_system_packages


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('ID=debian\nVERSION_ID="12"\n', True),
        ("ID=ubuntu\nID_LIKE=debian\n", True),
        ('ID=linuxmint\nID_LIKE="ubuntu debian"\n', True),
        ('ID="fedora"\n', False),
        ("NAME=debian\n", False),
    ],
)
def test_debian_and_its_children_are_recognised(tmp_path: Path, text: str, expected: bool) -> None:
    (tmp_path / "os-release").write_text(text)
    assert is_debian_like(tmp_path / "os-release") is expected


def test_system_without_a_name_is_not_debian(tmp_path: Path) -> None:
    assert is_debian_like(tmp_path / "os-release") is False


def test_elsewhere_the_missing_package_and_the_loss_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(system_packages, "OS_RELEASE", tmp_path / "none")
    wanted = [
        SystemPackage("chromium", lambda: False, "the journeys in a browser are skipped"),
        SystemPackage("postgresql", lambda: True, "never said"),
    ]
    make_system_packages(Children(tmp_path), wanted)
    said = capsys.readouterr().out
    assert "chromium is missing: the journeys in a browser are skipped; to have them, sudo apt-get install chromium\n" in said
    assert "postgresql" not in said
