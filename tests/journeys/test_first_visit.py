"""The first visit to the register: the terms, and for whom the provider's claims are not enough, nothing but the form."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ground.clock import FixedClock
from tests.house import CABINET, PEOPLE, REGISTRY, VERA, House
from tests.houses import copy_home
from tests.idp.stand import Stand


@pytest.fixture
def house(prepared_home: Path, tmp_path: Path) -> Iterator[House]:
    """A house whose registry has terms."""
    house = House(copy_home(prepared_home, tmp_path / "house"), FixedClock(Stand.START), terms_version="2026-11-01").open()
    yield house
    house.close()


def test_r050_terms_stand_between_the_provider_and_the_cabinet_once(house: House) -> None:
    browser = house.browser().open(f"{REGISTRY}/confirmation")
    browser.submit("sign-in", "submit", login=VERA.email, password=VERA.password)
    while "terms" not in browser.forms():
        form = "code-form" if "code-form" in browser.forms() else "consent"
        more = {"code": house.stand.last_code()} if form == "code-form" else {}
        browser.submit(form, "submit" if more else "allow", **more)
    assert browser.url == f"{REGISTRY}/terms?next=/confirmation"
    assert browser.submit("terms", "submit").status == 422
    browser.submit("terms", "submit", agree="1")
    assert browser.url == f"{REGISTRY}/confirmation"
    assert "Ромашкина Вера Тимофеевна" in browser.text
    house.sign_out(browser.open(CABINET))
    house.clock.advance(60)
    again = house.sign_in(VERA)
    assert again.url == CABINET


def test_who_is_not_in_the_register_is_offered_the_form(house: House) -> None:
    browser = house.sign_in(PEOPLE["luka"])
    assert "Вас нет в регистре" in browser.text
    browser.open(f"{REGISTRY}/linking")
    assert browser.submit("linking", "submit").status == 422
