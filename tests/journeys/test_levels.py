"""How sure the registry wants to be, and what it does with somebody of whom the provider is less sure."""

from pathlib import Path

import pytest

from ground.clock import FixedClock
from tests.house import CABINET, VERA, House
from tests.houses import copy_home
from tests.idp.stand import ISSUER, Stand


def test_r062_strict_registry_has_a_password_only_session_take_the_second_step(house: House) -> None:
    browser = house.browser().open(f"{ISSUER}/account")
    browser.submit("sign-in", "submit", login=VERA.email, password=VERA.password)
    assert browser.url == f"{ISSUER}/account"
    browser.open(CABINET)
    assert "code-form" in browser.forms(), "the password is proved, and not asked for again"
    assert house.go_on(browser, VERA).url == CABINET
    assert 'id="one-proof"' not in browser.answer.text


@pytest.fixture
def lenient(prepared_home: Path, tmp_path: Path) -> House:
    """A house whose registry requires one proof only."""
    home = copy_home(prepared_home, tmp_path / "house")
    return House(home, FixedClock(Stand.START), required_acr="low").open()


def test_r062_lenient_registry_recommends_the_second_step_and_leads_to_it(lenient: House) -> None:
    browser = lenient.sign_in(VERA)
    assert browser.url == CABINET
    assert 'id="one-proof"' in browser.answer.text
    browser.open(f"{CABINET}sign-in/stronger")
    assert "code-form" in browser.forms()
    assert lenient.go_on(browser, VERA).url == CABINET
    assert 'id="one-proof"' not in browser.answer.text
    lenient.close()
