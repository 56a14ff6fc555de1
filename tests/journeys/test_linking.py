"""Somebody without СНИЛС in the account finds her records by the form of the registry, with a code to her telephone."""

import re

from tests.house import PEOPLE, REGISTRY, House

RITA = PEOPLE["rita"]
TYPED = {"inn": "000000003210", "birth_date": "1990-05-05", "phone": RITA.phone, "email": RITA.email}


def test_r076_valid_form_opens_the_records_and_from_then_on_sign_in_does(house: House) -> None:
    browser = house.sign_in(RITA)
    assert "Вас нет в регистре" in browser.text
    browser.open(f"{REGISTRY}/linking").submit("linking", "get-code", **TYPED)
    with house.registry.database.read() as connection:
        sent = house.registry.outbox.messages(connection, address=RITA.phone)[-1].text
    code = re.search(r"(?<!\d)\d{6}(?!\d)", sent)
    assert code is not None
    browser.submit("linking", "submit", code=code[0])
    assert "Прививка, вторая доза" in browser.open(f"{REGISTRY}/").text
    house.sign_out(browser)
    assert "Прививка, вторая доза" in house.sign_in(RITA).text
    house.assert_journals_are_whole()
