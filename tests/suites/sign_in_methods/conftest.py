"""The provider in one process, as the tests of its rooms have it."""

from tests.idp.conftest import *  # noqa: F403 - fixtures are found by name
