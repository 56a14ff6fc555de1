"""With CI=true a skipped test is a failed one: there everything a test may want has been installed.

Elsewhere a test may be skipped where the machine lacks a browser or a server, and says so.
"""

import os
from collections.abc import Generator

import pytest


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if not report.skipped or os.environ.get("CI") != "true":
        return
    if hasattr(report, "wasxfail"):  # an expected failure is a skip by another name
        reason = report.wasxfail
        del report.wasxfail
    else:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    report.outcome = "failed"
    report.longrepr = f"{report.nodeid}: nothing may be skipped with CI=true. {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Judge the report of a test's set-up, call and tear-down."""
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Judge the report of a module, which may skip itself whole."""
    report = yield
    _refuse_skip(report)
    return report
