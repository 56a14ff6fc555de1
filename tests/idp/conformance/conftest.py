"""These laws hold on both databases."""

import pytest

from tests.idp.stand import Stand


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def stand(request: pytest.FixtureRequest) -> Stand:
    """A provider of this test's own, on each database in turn."""
    stand: Stand = request.getfixturevalue(f"{request.param}_stand")
    return stand
