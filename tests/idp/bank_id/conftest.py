"""A provider with the bank beside it."""

import pytest

from tests.idp.bank import open_beside
from tests.idp.stand import Stand


@pytest.fixture
def bank(stand: Stand) -> Stand:
    """The bank of the stand, which nobody has linked yet."""
    return open_beside(stand)
