"""From an account that is not confirmed to one's own records: both applications, no administrator."""

from dataclasses import replace

import pytest

from idp.clients import registry as clients
from tests.browser import Browser
from tests.house import CABINET, REGISTRY, VERA, House
from tests.idp.stand import ISSUER


def lose_phone(house: House) -> None:
    house.stand.execute("UPDATE citizens SET phone_verified_at = NULL")


def lose_document(house: House) -> None:
    house.stand.execute("UPDATE citizens SET passport_checked_at = NULL")


def at_registry(house: House, browser: Browser | None = None) -> Browser:
    return house.sign_in(VERA, browser)


def test_r018_r107_unconfirmed_person_goes_back_and_the_registry_says_not_activated(house: House) -> None:
    lose_phone(house)
    lose_document(house)
    browser = house.browser().open(CABINET)
    browser.submit("sign-in", "submit", login=VERA.email, password=VERA.password)
    for _step in range(2):
        if "code-form" in browser.forms():
            browser.submit("code-form", "submit", code=house.stand.last_code())
    assert browser.url.startswith(f"{ISSUER}/confirmation/"), browser.text
    browser.submit("confirmation", "leave")
    assert (browser.status, browser.url) == (403, f"{REGISTRY}/sign-in/refused?reason=unconfirmed&error=access_denied")
    assert "не активирована" in browser.text
    assert f'href="{ISSUER}/account"' in browser.answer.text
    assert house.last_session() == {}
    assert house.stand.rows("SELECT count(*) FROM token_families") == [(0,)]


@pytest.mark.parametrize("reason", ["unconfirmed", "unverified", "role"])
def test_page_of_a_refusal_shows_nothing_of_what_its_address_says(house: House, reason: str) -> None:
    said = "error_description=Позвоните+по+номеру+8-800&error=позвоните"
    browser = house.browser().open(f"{REGISTRY}/sign-in/refused?reason={reason}&{said}")
    assert browser.status == 403
    assert "озвоните" not in browser.text


def test_r025_r030_passport_is_named_added_and_the_next_sign_in_passes(house: House) -> None:
    lose_document(house)
    browser = at_registry(house)
    assert "/confirmation/" in browser.url and "Документы" in browser.text
    browser.submit("confirmation", "leave")
    house.stand.execute("UPDATE citizens SET passport_checked_at = 1")
    browser = at_registry(house, browser)
    assert (browser.status, browser.url) == (200, CABINET)


def test_r019_provider_that_lets_an_unconfirmed_person_through_is_answered_403(house: House) -> None:
    """The client's terms are spoiled at the provider: the registry does not rest on them."""
    with house.stand.realm.database.write() as connection:
        client = clients.find(connection, "registry")
        assert client is not None and client.require_confirmed_account
        lenient = replace(client, require_confirmed_account=False)
        clients.replace_terms(house.stand.realm, connection, lenient, actor="operator:test")
    lose_phone(house)
    browser = house.browser().open(CABINET)
    browser.submit("sign-in", "submit", login=VERA.email, password=VERA.password)
    house.go_on(browser, VERA)
    assert browser.status == 403 and "Недостаточно прав" in browser.text
    assert browser.url == f"{REGISTRY}/sign-in/refused?reason=unverified"
    assert house.last_session() == {}


def test_r093_r094_role_opens_the_registry_and_shuts_it_again(house: House) -> None:
    settings = f"{ISSUER}/account/settings"
    browser = at_registry(house)
    assert browser.url == CABINET
    house.sign_out(browser)

    browser = house.go_on(house.browser().open(settings), VERA)
    browser.submit("medical-service-remove", "remove-role")
    refused = at_registry(house, browser)
    assert refused.status == 403 and "Недостаточно прав" in refused.text
    assert f'href="{settings}"' in refused.answer.text, "the way to add the role"
    assert house.browser().open(f"{CABINET}?roles=citizen.medical_service&verified=true").url.startswith(ISSUER)

    browser.open(settings).submit("medical-service-add", "add-role")
    house.go_on(browser, VERA)
    if "medical-service-add" in browser.forms():
        browser.submit("medical-service-add", "add-role")
    assert at_registry(house, browser).url == CABINET


def test_r019_token_of_another_application_reads_nothing_of_an_unconfirmed_person(house: House) -> None:
    """A client of one's own and a СНИЛС that was only typed are not enough: the API asks the same as the pages."""
    token = house.stand.tokens(scope="openid registry.read", acr_values="substantial")["access_token"]
    assert house.ask_api(token).status_code == 200
    lose_document(house)
    house.clock.advance(1)  # type: ignore[union-attr]
    answer = house.ask_api(token)
    assert (answer.status_code, answer.json()["error"]) == (403, "access_denied")


def test_r093_token_of_a_person_without_the_role_reads_nothing(house: House) -> None:
    house.stand.execute("DELETE FROM citizen_roles")
    token = house.stand.tokens(scope="openid registry.read", acr_values="substantial")["access_token"]
    assert house.ask_api(token).json()["error"] == "access_denied"
