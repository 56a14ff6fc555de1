"""Sandboxes beside the stand of a test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from idp.keyring import pool
from idp.sandboxes.opened import pool_of
from idp.settings import RequestJournal
from tests.idp.sandboxes.sandbox import Sandbox
from tests.idp.stand import Stand

MakeSandbox = Callable[..., Sandbox]


@pytest.fixture
def stand_settings() -> dict[str, object]:
    """As a test stand is: what systems send is written down."""
    return {"request_journal": RequestJournal()}


@pytest.fixture(scope="session")
def rsa_pool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys that take long to make, made once for all tests of this folder."""
    folder = tmp_path_factory.mktemp("pool")
    pool.fill(folder, enough=3)
    return folder


@pytest.fixture
def make_sandbox(sqlite_stand: Stand, rsa_pool: Path) -> Iterator[MakeSandbox]:
    """Makes sandboxes of one stand."""
    pool_of(sqlite_stand.settings).symlink_to(rsa_pool)

    def make(**wishes: object) -> Sandbox:
        return Sandbox.make(sqlite_stand, **wishes)

    yield make
    sqlite_stand.opened.close_all()


@pytest.fixture
def sandbox(make_sandbox: MakeSandbox) -> Sandbox:
    """A sandbox of this test's own."""
    return make_sandbox()
