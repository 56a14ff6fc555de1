"""Between the rooms: what one begins while another ends what it rests on."""

import pytest

from tests.browser import Browser
from tests.idp.recovery.locked_out import NEW, PASSWORD, VERA, ask, give, link, tried
from tests.idp.stand import ISSUER, Stand


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def stand(request: pytest.FixtureRequest, stand_settings: dict[str, object]) -> Stand:
    """Asks for the settings so that a test may give its own."""
    stand: Stand = request.getfixturevalue(f"{request.param}_stand")
    return stand


@pytest.mark.parametrize("path", ["/staff/people/", "/staff/recoveries/", "/staff/incidents/", "/account/sessions/browsers/"])
def test_an_endless_name_in_an_address_is_nothing_here(stand: Stand, path: str) -> None:
    """Whoever is not signed in is sent to sign in and back, and whoever has no role is written down with the page they wanted:
    an address that is longer than an attempt or the journal may hold was an error of the server on PostgreSQL, for anybody."""
    browsers = stand.browser(), tried(stand, PASSWORD)
    for browser in browsers:
        for length in (100, 180, 300, 3000):
            page = browser.open(f"{ISSUER}{path}{'9' * length}")
            assert page.status in (200, 403, 404, 405), (length, page.status)
