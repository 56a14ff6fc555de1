"""`scripts/reset` removes what the stand made, keeps what it did not, and never beside a running stand."""

import os
from pathlib import Path

import pytest

from workshop.housekeeping import reset
from workshop.places import Places, lock_stand


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in (
        "var/idp.sqlite3",
        "var/backup-1/rp.sqlite3",
        "keys/idp/secrets.json",
        "keys/bank/secrets.json",
        "keys/rp/client-secret",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("ours")
    for name in ("keys/README.md", "keys/somebody/key.pem", "config/idp.toml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("theirs")
    monkeypatch.setenv("PROPUSK_HOME", str(tmp_path))
    return tmp_path


def files(home: Path) -> set[str]:
    return {str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()} - {"var/stand.lock"}


def test_reset_removes_what_the_stand_made_after_saying_so(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert reset([]) == 0
    assert files(home) == {"keys/README.md", "keys/somebody/key.pem", "config/idp.toml"}
    said = capsys.readouterr().out
    for name in ("var/idp.sqlite3", "var/backup-1", "keys/idp", "keys/bank", "keys/rp"):
        assert f"removing {name}\n" in said


def test_reset_of_nothing_is_fine(home: Path) -> None:
    assert reset([]) == 0
    assert reset([]) == 0


def test_reset_beside_a_running_stand_is_refused_and_removes_nothing(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = files(home)
    lock = lock_stand(Places(checkout=home, home=home))
    try:
        assert reset([]) == 1
    finally:
        os.close(lock)
    assert files(home) == before
    assert capsys.readouterr().err == f"A stand is running in {home} (process {os.getpid()}): stop it first.\n"
