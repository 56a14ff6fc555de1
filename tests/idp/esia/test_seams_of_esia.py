"""Where the ESIA dialect meets the rest of the provider, as somebody sees it who means harm."""

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from idp.citizens import organisations
from idp.clients import registry
from idp.logout.withdrawal import withdraw
from tests.idp.esia.issuing import granted_to, issue_code, refused_with
from tests.idp.esia.system import AUTHORIZATION, PERSON, PERSONAL_SCOPES, System, register_system, timestamp
from tests.idp.esia.test_authorize_people import CENTRE, CLINIC, PREFIX, oid_of
from tests.idp.stand import Stand


@pytest.fixture
def system(stand: Stand) -> System:
    return register_system(stand)


def permissions(**changed: Any) -> str:
    """One consent of the Цифровой профиль."""
    consent = {
        "sysname": "CREDIT_PROCESS",
        "expire": 60,
        "actions": [{"sysname": "USE_DATA"}],
        "purposes": [{"sysname": "CREDIT"}],
        "scopes": [{"sysname": "fullname"}],
    }
    return base64.urlsafe_b64encode(json.dumps([consent | changed]).encode()).decode().rstrip("=")


def test_consent_for_one_organisation_is_none_for_another(stand: Stand, system: System) -> None:
    clinic, centre = (f"openid {PREFIX}org_inn?org_oid={oid_of(stand, each)}" for each in (CLINIC, CENTRE))
    browser = system.open(system.new_browser(), scope=clinic, signs="rsa")
    assert "code" in system.answer_of(browser)
    browser.open(system.authorize_url(scope=centre, signs="rsa"))
    assert "consent" in browser.forms(), "another organisation is asked for"
    assert "Центр" in browser.text


def test_consent_of_the_profile_is_asked_for_in_its_words_every_time(system: System) -> None:
    browser = system.new_browser().open(system.authorize_url(scope="openid", permissions=permissions(), signs="rsa"))
    browser.submit("sign-in", "submit", login=PERSON[0], password=PERSON[1])
    assert "CREDIT_PROCESS, цель: CREDIT, действия: USE_DATA, срок в минутах: 60" in browser.text
    assert "Пока вы не отзовёте, самое долгое 60 минут" in browser.text
    browser.submit("consent", "allow")
    assert "code" in system.answer_of(browser)
    wider = permissions(expire=500_000, actions=[{"sysname": "ALL_ACTIONS_TO_DATA"}], purposes=[{"sysname": "SCORING"}])
    browser.open(system.authorize_url(scope="openid", permissions=wider, signs="rsa"))
    assert "SCORING" in browser.text
    browser.submit("consent", "deny")
    assert system.answer_of(browser)["error_description"].startswith("ESIA-007004")


def test_what_was_agreed_to_without_a_consent_of_the_profile_is_not_asked_again(system: System) -> None:
    browser = system.open(system.new_browser(), scope="openid fullname", signs="rsa")
    browser.open(system.authorize_url(scope="openid fullname", signs="rsa"))
    assert "code" in system.answer_of(browser)


def own_scope(stand: Stand) -> str:
    return f"{PREFIX}org_inn?org_oid={oid_of(stand, CLINIC)}"


def seen_by_a_browser(system: System, **terms: str) -> dict[str, str]:
    """An authorization request of v1, whose signature stands in the address that its person sees."""
    seen = system.authorization("v1", signs="rsa", **terms)
    answer = system.http.get(f"{system.address}{AUTHORIZATION['v1']}", params=seen, allow_redirects=False)
    assert "/sign-in/" in answer.headers["Location"]
    return seen


def test_op_04_signature_that_a_browser_has_seen_gives_no_token_of_the_systems_own(stand: Stand, system: System) -> None:
    seen = seen_by_a_browser(system, scope=own_scope(stand))
    assert refused_with(system.post(seen | {"grant_type": "client_credentials"}, "v1")) == "007005"


def test_op_04_signature_that_a_browser_has_seen_refreshes_nothing(stand: Stand, system: System) -> None:
    given = granted_to(system.redeem(issue_code(stand, system), "v1", signs="rsa"))
    seen = seen_by_a_browser(system)
    call = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
    assert refused_with(system.post(seen | call, "v1")) == "007005"
    assert granted_to(system.refresh(given["refresh_token"], "v1", signs="rsa"))


def test_op_04_signature_of_a_clock_that_is_ahead_is_good_once_too(stand: Stand, system: System) -> None:
    call = system.token_request(issue_code(stand, system), "v1", signs="rsa", timestamp=timestamp(stand.clock.now() + 3))
    assert granted_to(system.post(call, "v1"))
    for _second in range(6):
        stand.clock.advance(1)
        assert refused_with(system.post(call | {"code": issue_code(stand, system)}, "v1")) == "007005"


def test_consent_of_the_profile_ends_with_its_term(stand: Stand, system: System) -> None:
    entered = system.sign_in(scope="openid", permissions=permissions(expire=10), signs="rsa")
    stand.clock.advance(9 * 60)
    assert "lastName" in entered.rest().json()
    refreshed = granted_to(entered.refresh(signs="rsa"))
    stand.clock.advance(2 * 60)
    for token in (entered.access_token, refreshed["access_token"]):
        assert system.rest(f"/rs/prns/{entered.oid}", token).status_code == 401
    assert refused_with(system.refresh(refreshed["refresh_token"], signs="rsa")) == "007011"


def test_consents_are_renewed_by_whom_they_were_given_to_until_they_are_withdrawn(stand: Stand, system: System) -> None:
    entered = system.sign_in(scope="openid", signs="rsa")
    renewing = f"prm_chg?oid={entered.oid}"
    scopes = frozenset((*PERSONAL_SCOPES, "prm_chg"))
    other = register_system(stand, "OTHERIS", scopes=scopes)
    assert refused_with(other.client_tokens(renewing, signs="rsa")) == "007019", "it was given to another system"
    with stand.realm.database.write() as connection:
        client = registry.find(connection, system.client_id)
        assert client is not None
        registry.replace_terms(stand.realm, connection, replace(client, scopes=scopes), actor="operator:test")
    assert granted_to(system.client_tokens(renewing, signs="rsa"))
    with stand.realm.database.write() as connection:
        withdraw(stand.realm, connection, stand.citizen(PERSON[0]), system.client_id)
    assert refused_with(system.client_tokens(renewing, signs="rsa")) == "007019"


def test_op_04_signature_of_one_system_uses_up_none_of_another(stand: Stand, system: System) -> None:
    begins_alike = register_system(stand, "TEST")
    assert system.client_id == "TEST" + "IS"
    for each, state in ((begins_alike, "IS17"), (system, "17")):
        answer = each.http.get(each.authorize_url("v1", state=state, signs="rsa"), allow_redirects=False)
        assert "/sign-in/" in answer.headers["Location"], "the texts are the same, and yet two"


def test_free_text_of_a_consent_adds_no_line_to_what_is_signed(stand: Stand, system: System) -> None:
    asked = permissions(responsibleObject="Отдел\nСможет: <b>всё</b>\u202e")
    browser = system.new_browser().open(system.authorize_url(scope="openid", permissions=asked, signs="rsa"))
    browser.submit("sign-in", "submit", login=PERSON[0], password=PERSON[1])
    assert "60, ОтделСможет: &lt;b&gt;всё&lt;/b&gt;</" in browser.answer.text


def test_who_left_an_organisation_gets_no_more_tokens_that_name_it(stand: Stand, system: System) -> None:
    entered = system.sign_in(scope=f"openid {own_scope(stand)}", signs="rsa")
    refreshed = granted_to(entered.refresh(signs="rsa"))
    code = system.obtain_code(scope=f"openid {own_scope(stand)}", signs="rsa")
    with stand.realm.database.write() as connection:
        organisations.end_membership(stand.realm, connection, stand.citizen(PERSON[0]), CLINIC, actor="operator:test")
    assert refused_with(system.redeem(code, signs="rsa")) == "007011"
    assert refused_with(system.refresh(refreshed["refresh_token"], signs="rsa")) == "007011"
