"""A real Chromium: Debian's, without a window, that talks to nobody by itself."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.chromium.visit import Visit
from tests.node_packages import node_with_packages

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ("--disable-background-networking", "--disable-component-update", "--no-first-run", "--no-pings")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder needs the browser."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


def launch(playwright: Playwright, *arguments: str) -> Browser:
    """Chromium with more arguments. Skips the test where there is none."""
    executable = next((found for name in NAMES if (found := shutil.which(name))), None)
    if executable is None:
        pytest.skip("this machine has no Chromium")
    sandbox = ("--no-sandbox",) if os.geteuid() == 0 else ()  # the sandbox of Chromium does not work as root
    return playwright.chromium.launch(executable_path=executable, args=[*ARGUMENTS, *sandbox, *arguments])


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = launch(playwright)
    yield browser
    browser.close()


@pytest.fixture
def visits(chromium: Browser) -> Iterator[list[Visit]]:
    """The visits that a test makes; each is closed in the end."""
    made: list[Visit] = []
    yield made
    for visit in made:
        visit.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core."""
    _, modules = node_with_packages()
    return (Path(modules) / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
