"""The law that every way in obeys: one outcome lets somebody in, and no other does."""

from pathlib import Path

import pytest

from idp.authentication.methods import METHODS
from tests.idp.stand import CONTROL, CONTROL_TOKEN, Stand
from tests.suites.sign_in_methods.driver import NOTHING, OUTCOMES, Driver, attempt_of
from tests.suites.sign_in_methods.drivers import DRIVERS
from tests.suites.sign_in_methods.table import table

PAGE = Path(__file__).parents[3] / "docs" / "methods.md"
BY_NAME = pytest.mark.parametrize("driver", DRIVERS, ids=lambda driver: driver.method)


def is_signed_in(stand: Stand) -> bool:
    return bool(stand.rows("SELECT 1 FROM sessions WHERE ended_at IS NULL"))


def test_every_method_has_a_driver_and_no_driver_is_left_over() -> None:
    assert [driver.method for driver in DRIVERS] == [method.name for method in METHODS]


@BY_NAME
def test_good_answer_lets_in_and_the_client_is_told_the_truth(stand: Stand, driver: Driver) -> None:
    driver.enrol(stand)
    browser = driver.good(stand)
    if "consent" in browser.forms():
        browser.submit("consent", "allow")
    token = str(stand.redeem(stand.code_from(browser)).body["id_token"])
    claims = stand.verified(token).claims
    assert (claims["acr"], tuple(claims["amr"])) == (driver.acr, driver.amr)
    assert claims["sub"] == stand.citizen("vera@example.test")
    assert claims["auth_time"] == stand.clock.now()


@BY_NAME
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_no_other_answer_lets_in(stand: Stand, driver: Driver, outcome: str) -> None:
    if outcome != "not_enrolled":
        driver.enrol(stand)
    written = len(stand.actions())
    browser = getattr(driver, outcome)(stand)
    assert driver.said[outcome] in browser.answer.text, browser.answer.text
    assert next(reversed(stand.actions()[written:]), NOTHING) == driver.journal[outcome]
    sessions = len(stand.rows("SELECT 1 FROM sessions WHERE ended_at IS NULL"))
    assert sessions <= (1 if "session.opened" in driver.journal[outcome] or outcome == "replayed" else 0)


@BY_NAME
@pytest.mark.parametrize(
    ("script", "outcome"), [("right", "done"), ("wrong", "refused"), ("wrong_then_right", "done"), ("time_out", "refused")]
)
def test_c03_every_method_is_gone_headless_through_the_control_plane(
    stand: Stand, driver: Driver, script: str, outcome: str
) -> None:
    driver.enrol(stand)
    body: dict[str, object] = {"person": "vera@example.test", "methods": [{"name": driver.method, "script": script}]}
    if not driver.is_first:
        body["acr_values"] = driver.acr_values
    bearer = {"Authorization": f"Bearer {CONTROL_TOKEN}"}
    answer = stand.control().session.post(f"{CONTROL}/login", json=body, headers=bearer).json()
    assert answer["outcome"] == outcome, answer
    if outcome == "done":
        assert (answer["acr"], tuple(answer["amr"])) == (driver.acr, driver.amr)
    else:
        assert answer["reason"]
        assert not is_signed_in(stand)


@BY_NAME
def test_who_cancels_is_not_signed_in_and_the_client_is_told(stand: Stand, driver: Driver) -> None:
    driver.enrol(stand)
    browser = driver.reach(stand)
    browser.submit("cancel-form", "cancel")
    assert "error=access_denied" in browser.url
    assert not is_signed_in(stand)


@pytest.mark.parametrize(("driver", "stand_settings"), [(each, {"disabled_methods": (each.method,)}) for each in DRIVERS])
def test_method_that_is_switched_off_is_not_offered_and_cannot_be_reached(
    stand: Stand, driver: Driver, stand_settings: dict[str, object]
) -> None:
    assert stand_settings == {"disabled_methods": stand.settings.disabled_methods}
    driver.enrol(stand)
    browser = stand.browser().open(stand.authorize_url(acr_values=driver.acr_values))
    if not driver.is_first:
        stand.sign_in(browser)
    attempt = attempt_of(browser)
    assert f"/{driver.method}" not in browser.open(f"{attempt}/{driver.method}").url
    assert f'/{driver.method}"' not in browser.open(f"{attempt}/ways").answer.text


def test_page_of_the_methods_is_this_table() -> None:
    assert table() in PAGE.read_text(encoding="utf-8"), "write it anew: python -m tests.suites.sign_in_methods.table"
