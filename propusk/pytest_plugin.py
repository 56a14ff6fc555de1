"""The pytest plugin, found by its entry point: the fixtures `esia` and `propusk_stand`, and a report section on failures."""

from collections.abc import Generator, Iterator, Sequence
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from propusk.esia import Esia
    from propusk.requests import Request
    from propusk.stand import Stand

FIXTURES = frozenset({"esia", "propusk_stand"})
SHOWN_REQUESTS = 20
EXPLAINED = 3
"""Of the requests of ESIA's dialect that were refused, the newest: why each was may take a second to find."""
OF_ESIA = ("/aas/", "/rs/")
BAD_REQUEST = 400


@pytest.fixture(scope="session")
def propusk_stand() -> "Stand":
    """The running Propusk, one process for the whole test run, also under pytest-xdist."""
    from propusk.stand import SHARED

    return SHARED.open()


@pytest.fixture
def esia(propusk_stand: "Stand") -> "Iterator[Esia]":
    """A login provider that belongs to this test alone: people, clients, keys, clock, phone and request journal."""
    with propusk_stand.sandbox() as sandbox:
        yield sandbox


def pytest_collection_finish(session: pytest.Session) -> None:
    """Start the stand while pytest still gets ready, if any test is going to want it."""
    if session.config.option.collectonly:
        return
    if any(FIXTURES.intersection(getattr(item, "fixturenames", ())) for item in session.items):
        from propusk.stand import SHARED

        SHARED.open_ahead()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With a failed test, show what the application asked of the provider and what it was answered."""
    report = yield
    sandbox = getattr(item, "funcargs", {}).get("esia")
    if report.failed and report.when != "teardown" and sandbox is not None:
        report.sections.append(("propusk", _told(sandbox)))
    return report


def _told(sandbox: "Esia") -> str:
    from propusk.errors import PropuskError

    try:
        requests = sandbox.requests.all()[-SHOWN_REQUESTS:]
        return _listed(sandbox, requests) if requests else f"Nothing was asked of {sandbox.issuer}."
    except PropuskError as error:
        return f"The requests of {sandbox.issuer} are not known: {error}"


def _listed(sandbox: "Esia", requests: "Sequence[Request]") -> str:
    refused = [each for each in requests if each.path.startswith(OF_ESIA) and (each.error or each.status >= BAD_REQUEST)]
    lines = [f"The last requests to {sandbox.issuer}:"]
    for request in requests:
        lines.append(str(request))
        if request in refused[-EXPLAINED:]:
            lines.append(f"    {sandbox.requests.why(request, lang='en').first}")
    return "\n".join(lines)
