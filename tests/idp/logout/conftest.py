"""These laws hold on SQLite, and with BOTH_DATABASES=1 they are tried on PostgreSQL too, which takes minutes."""

import os

import pytest

from tests.idp.stand import Stand

POSTGRESQL = [pytest.param("postgresql", marks=pytest.mark.postgresql)] if os.environ.get("BOTH_DATABASES") else []


@pytest.fixture(params=["sqlite", *POSTGRESQL])
def stand(request: pytest.FixtureRequest) -> Stand:
    """A provider of this test's own."""
    stand: Stand = request.getfixturevalue(f"{request.param}_stand")
    return stand
