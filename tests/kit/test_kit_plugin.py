"""The pytest plugin, as a test run of somebody else loads it: by its entry point, in a process of its own."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from propusk.stand import Stand
from tests.running_stand import wait_for


@pytest.fixture
def runs(pytester: pytest.Pytester, stand_home: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder for somebody's tests; their runs use a stand of their own."""
    monkeypatch.setenv("PROPUSK_STAND_HOME", str(stand_home))
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    return pytester


def is_gone(control_url: str) -> bool | None:
    """True when nobody answers there any more; None, so that one may look again, while somebody does."""
    try:
        with urlopen(f"{control_url}/health", timeout=5):
            return None
    except (URLError, OSError):
        return True


def test_each_test_gets_a_fresh_sandbox(runs: pytest.Pytester) -> None:
    runs.makepyfile(
        """
        import pytest
        import propusk

        seen = []

        @pytest.mark.parametrize("number", [1, 2])
        def test_fresh(esia, number):
            assert esia.issuer not in [issuer for issuer, _ in seen]
            for _, vera in seen:
                with pytest.raises(propusk.Refused, match="404"):
                    esia.change(vera, given_name="Вера")
            seen.append((esia.issuer, esia.citizen()))
        """
    )
    runs.runpytest_subprocess("-W", "error").assert_outcomes(passed=2)


def test_two_workers_share_one_process_which_is_gone_afterwards(runs: pytest.Pytester) -> None:
    runs.makepyfile(
        """
        import pathlib
        import pytest

        @pytest.mark.parametrize("number", range(6))
        def test_shared(esia, propusk_stand, worker_id, number):
            assert esia.citizen().id
            pathlib.Path(f"stand-{worker_id}").write_text(propusk_stand.control.address)
        """
    )
    runs.runpytest_subprocess("-n", "2", "--dist", "loadgroup").assert_outcomes(passed=6)
    told = [file.read_text() for file in runs.path.glob("stand-gw*")]
    assert len(told) == 2, "both workers had tests"
    assert len(set(told)) == 1, "and one stand"
    wait_for(lambda: is_gone(told[0]), "the stand ends when the test run does")


def test_failed_test_shows_what_was_asked_of_the_provider(runs: pytest.Pytester) -> None:
    runs.makepyfile(
        """
        import urllib.request

        def test_failing(esia):
            client = esia.client("http://localhost/callback")
            try:
                urllib.request.urlopen(f"{esia.issuer}/oauth2/token", data=b"grant_type=guessing")
            except urllib.error.HTTPError as refused:
                refused.close()
            assert False, "on purpose"

        def test_silent(esia):
            assert False, "on purpose"

        def test_of_esia(esia):
            esia.system("TESTIS", "http://localhost/", algorithm="rsa")
            try:
                urllib.request.urlopen(f"{esia.issuer}/aas/oauth2/v3/te", data=b'{"client_id": "TESTIS"}')
            except urllib.error.HTTPError as refused:
                refused.close()
            assert False, "on purpose"
        """
    )
    result = runs.runpytest_subprocess()
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(
        [
            "*- propusk -*",
            "The last requests to http*/t/*:",
            "POST /oauth2/token → 40* *",
            "*Nothing was asked of http*",
            "POST /aas/oauth2/v3/te → 400 invalid_request: ESIA-007014*",
            "    A JSON body instead of a form [[]body[]]*",
        ]
    )


def test_run_without_the_fixture_starts_nothing(runs: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    home = runs.path / "never"
    monkeypatch.setenv("PROPUSK_STAND_HOME", str(home))
    runs.makepyfile(test_plain="def test_plain(): pass", test_esia="def test_esia(esia): pass")
    runs.runpytest_subprocess("test_plain.py").assert_outcomes(passed=1)
    runs.runpytest_subprocess("--collect-only", "test_esia.py")
    assert not home.exists()


def test_killed_run_leaves_no_server_behind(runs: pytest.Pytester) -> None:
    runs.makepyfile(
        """
        import pathlib
        import threading

        def test_hanging(esia, propusk_stand):
            pathlib.Path("draft").write_text(propusk_stand.control.address)
            pathlib.Path("draft").rename("stand")
            threading.Event().wait(120)
        """
    )
    process = runs.popen([sys.executable, "-m", "pytest"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        note = runs.path / "stand"
        wait_for(lambda: note.exists() or process.poll() is not None or None, "the test runs")
        assert note.exists()
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    wait_for(lambda: is_gone(note.read_text()), "the stand ends though nobody told it to")


def test_stand_of_the_environment_is_used_and_not_stopped(
    runs: pytest.Pytester, propusk_stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROPUSK_STAND_URL", propusk_stand.control.address)
    monkeypatch.setenv("PROPUSK_CONTROL_TOKEN", propusk_stand.control.token)
    monkeypatch.setenv("PROPUSK_STAND_HOME", str(runs.path / "never"))
    runs.makepyfile(
        f"""
        def test_given(esia, propusk_stand):
            assert propusk_stand.control.address == {propusk_stand.control.address!r}
            assert esia.citizen().id
        """
    )
    runs.runpytest_subprocess().assert_outcomes(passed=1)
    assert not (runs.path / "never").exists()
    assert is_gone(propusk_stand.control.address) is None


def test_stand_that_cannot_start_says_why(runs: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    home = runs.path / "broken"
    (home / "config").mkdir(parents=True)
    (home / "config" / "idp.toml").write_text('environment = "tset"\n')
    monkeypatch.setenv("PROPUSK_STAND_HOME", str(home))
    runs.makepyfile("def test_esia(esia): pass")
    result = runs.runpytest_subprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*The stand did not start (status *", f"*The last lines of {home}/stand.log:*", "*tset*"])


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ({"PROPUSK_STAND_URL": "http://127.0.0.1:1"}, "PROPUSK_CONTROL_TOKEN must hold the token"),
        ({"PROPUSK_STAND_URL": "http://127.0.0.1:1", "PROPUSK_CONTROL_TOKEN": "t"}, "No stand answers at http://127.0.0.1:1"),
        ({"PROPUSK_STAND_URL": "localhost:8401", "PROPUSK_CONTROL_TOKEN": "t"}, "'localhost:8401': it must begin with http://"),
    ],
)
def test_stand_of_the_environment_that_is_not_there_is_named(
    runs: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], reason: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    runs.makepyfile("def test_esia(esia): pass")
    result = runs.runpytest_subprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*{reason}*"])


def test_dead_announcement_is_not_believed(stand_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (stand_home / "token").write_text("t")
    said = {"control_url": "http://127.0.0.1:1", "token_file": str(stand_home / "token")}
    (stand_home / "announce.json").write_text(json.dumps(said))
    with Stand.open(stand_home) as stand:
        assert stand.control.address != said["control_url"]
        assert stand.control.get("/health")["status"] == "ok"
