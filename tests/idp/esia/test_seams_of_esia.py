"""Where the ESIA dialect meets the rest of the provider, as somebody sees it who means harm."""

import base64
import json
from typing import Any

import pytest

from tests.idp.esia.issuing import granted_to, issue_code, refused_with
from tests.idp.esia.system import AUTHORIZATION, PERSON, System, register_system, timestamp
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
