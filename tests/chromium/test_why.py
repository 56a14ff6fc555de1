"""The pages that say why a request was refused, in a real browser: from the list to one diagnosis, on both widths."""

import pytest
import requests
from playwright.sync_api import Browser

from tests.chromium.axe import objections_to
from tests.chromium.visit import Visit
from tests.running_stand import RunningStand

NARROW = {"width": 360, "height": 740}
WIDTH = "document.documentElement.scrollWidth"


@pytest.fixture
def visit(running_stand: RunningStand, chromium: Browser, visits: list[Visit]) -> Visit:
    """A browser that has opened the printed link."""
    visit = Visit(chromium, running_stand.at)
    visits.append(visit)
    visit.open(f"{running_stand.phone.control}/open?token={running_stand.phone.token}")
    visit.look()
    return visit


def test_refused_request_is_found_in_the_list_and_explained(running_stand: RunningStand, visit: Visit, axe: str) -> None:
    address = f"{running_stand.at.issuer}/aas/oauth2/v2/ac?client_id=NOBODY&redirect_uri=https%3A%2F%2Frp.test%2F"
    request_id = requests.get(address, timeout=10).headers["X-Propusk-Request"]
    control = running_stand.phone.control
    visit.open(f"{control}/why")
    objections = objections_to(visit, axe, "refused requests")
    visit.page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    assert visit.page.evaluate(WIDTH) == NARROW["width"]
    visit.press(f"a[href$='/why/{request_id}']")
    objections += objections_to(visit, axe, "one diagnosis")
    assert visit.page.evaluate(WIDTH) == NARROW["width"]
    assert "client_secret" in visit.page.inner_text("main")
    assert objections == []
