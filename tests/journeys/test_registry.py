"""The main story: a citizen opens the registry, signs in at the provider, and sees their own records."""

import re

from tests.journeys.conftest import REGISTRY, House

VERA = {"login": "vera@example.test", "password": "romashka-17"}
PYOTR = {"login": "+70000000018", "password": "nezabudka-18"}
MAYA = {"login": "000-000-019 00", "password": "oduvanchik-19"}


def test_r010_r043_one_account_opens_the_registry(house: House) -> None:
    browser = house.browser().open(f"{REGISTRY}/")
    assert browser.url.startswith("http://localhost:8400/")
    house.enter(browser, f"{REGISTRY}/", **VERA)
    assert browser.url == f"{REGISTRY}/"
    assert browser.title == "Личный кабинет ЕГИСЗ COVID. Регистр, учебный стенд"
    assert "Прививка, вторая доза" in browser.text


def test_r010_a_second_visit_asks_for_no_password(house: House) -> None:
    browser = house.enter(house.browser(), f"{REGISTRY}/", **VERA)
    browser.session.cookies.clear("localhost.local", "/", "rp_session")
    browser.open(f"{REGISTRY}/")
    assert browser.url == f"{REGISTRY}/"
    assert "Прививка, вторая доза" in browser.text


def test_r009_nobody_sees_the_records_of_another(house: House) -> None:
    vera = house.enter(house.browser(), f"{REGISTRY}/", **VERA)
    pyotr = house.enter(house.browser(), f"{REGISTRY}/", **PYOTR)
    assert "Пётр Н." in pyotr.text
    for path in re.findall(r'href="(/records/[^"]+)"', vera.answer.text):
        assert pyotr.open(f"{REGISTRY}{path}").status == 404
        assert vera.open(f"{REGISTRY}{path}").status == 200


def test_r001_a_citizen_without_records_sees_four_empty_groups(house: House) -> None:
    maya = house.enter(house.browser(), f"{REGISTRY}/", **MAYA)
    for sentence in ("Прививок", "Анализов", "Случаев болезни", "Профилактических мер"):
        assert f"{sentence} в регистре нет." in maya.text


def test_r148_a_citizen_sees_the_status_of_their_region(house: House) -> None:
    pyotr = house.enter(house.browser(), f"{REGISTRY}/", **PYOTR)
    assert "Санкт-Петербург" in pyotr.open(f"{REGISTRY}/regions").text


def test_sign_out_ends_both_sessions(house: House) -> None:
    browser = house.enter(house.browser(), f"{REGISTRY}/", **VERA)
    browser.submit("sign-out-form")
    assert browser.url.startswith("http://localhost:8400/oauth2/logout")
    browser.submit("logout", "submit")
    assert browser.url.partition("?")[0] == f"{REGISTRY}/signed-out"
    assert "Вы вышли" in browser.text
    browser.open(f"{REGISTRY}/")
    assert "sign-in" in browser.forms()


def test_a_refused_consent_ends_on_a_friendly_page_of_the_registry(house: House) -> None:
    browser = house.browser().open(f"{REGISTRY}/")
    house.provider.sign_in(browser, **VERA)
    browser.submit("code-form", "submit", code=house.provider.last_code())
    browser.submit("consent", "deny")
    assert browser.url == f"{REGISTRY}/sign-in/refused?reason=cancelled&error=access_denied"
    assert browser.status == 403
    assert "Вы не дали согласия" in browser.text


def test_an_application_with_a_citizens_token_reads_the_same_records(house: House) -> None:
    code = house.provider.obtain_code(scope="openid registry.read")
    answer = house.provider.redeem(code)
    assert answer.status == 200
    headers = {"Authorization": f"Bearer {answer.body['access_token']}"}
    records = house.browser().session.get(f"{REGISTRY}/api/v1/me/records", headers=headers)
    assert records.status_code == 200
    assert len(records.json()["records"]) == 11


def test_a_token_without_the_scope_is_refused_by_the_registry(house: House) -> None:
    answer = house.provider.redeem(house.provider.obtain_code(scope="openid"))
    headers = {"Authorization": f"Bearer {answer.body['access_token']}"}
    refused = house.browser().session.get(f"{REGISTRY}/api/v1/me/records", headers=headers)
    assert refused.status_code in (401, 403)


def test_the_registry_grants_nothing_while_the_provider_is_away(house: House) -> None:
    answer = house.provider.redeem(house.provider.obtain_code(scope="openid registry.read"))
    house.network.hosts["http://localhost:8400"] = None
    headers = {"Authorization": f"Bearer {answer.body['access_token']}"}
    http = house.browser().session
    assert http.get(f"{REGISTRY}/api/v1/me/records", headers=headers).status_code == 503
    assert http.get(f"{REGISTRY}/").status_code == 503
    assert http.get(f"{REGISTRY}/regions/70").status_code == 200
