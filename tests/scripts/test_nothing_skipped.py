"""With CI=true nothing may be skipped."""

import pytest

SKIPPING = {
    "test_itself": "import pytest\ndef test_it(): pytest.skip('no browser')\n",
    "test_mark": "import pytest\n@pytest.mark.skip(reason='no browser')\ndef test_it(): pass\n",
    "test_fixture": "import pytest\n@pytest.fixture\ndef page(): pytest.skip('no browser')\ndef test_it(page): pass\n",
    "test_expected": "import pytest\n@pytest.mark.xfail(reason='no browser')\ndef test_it(): assert False\n",
    "test_module": "import pytest\npytest.skip('no browser', allow_module_level=True)\ndef test_it(): pass\n",
    "test_library": "import pytest\npytest.importorskip('no_such_library', reason='no browser')\ndef test_it(): pass\n",
}
QUIET = ("-W", "ignore::pytest.PytestAssertRewriteWarning", "-p", "no:schemathesis")
"""Our own plugin belongs to the distribution of the product, whose modules this process has loaded already; and another's is
imported only where a run ends, which is none of our business here."""


@pytest.fixture
def skipping(pytester: pytest.Pytester) -> pytest.Pytester:
    """A project whose tests are skipped in every way there is."""
    pytester.makepyfile(**SKIPPING)
    pytester.makepyprojecttoml("[tool.pytest.ini_options]")
    return pytester


@pytest.mark.parametrize("processes", ["0", "1"])
def test_every_kind_of_skip_is_a_failure_where_ci_runs(
    skipping: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, processes: str
) -> None:
    monkeypatch.setenv("CI", "true")
    result = skipping.runpytest_inprocess(
        "-p", "tests.nothing_skipped", "--continue-on-collection-errors", "-n", processes, *QUIET
    )
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert result.parseoutcomes() == {"failed": 2, "errors": 4}
    for module in SKIPPING:
        result.stdout.fnmatch_lines_random([f"*{module}.py*nothing may be skipped with CI=true*no browser*"])


def test_skip_is_allowed_elsewhere(skipping: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    result = skipping.runpytest_inprocess("-p", "tests.nothing_skipped", *QUIET)
    assert result.ret == pytest.ExitCode.OK
    assert result.parseoutcomes() == {"skipped": 5, "xfailed": 1}
