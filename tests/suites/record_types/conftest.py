"""The registry in one process, as the tests of its rooms have it."""

from tests.rp.conftest import *  # noqa: F403 - fixtures are found by name
