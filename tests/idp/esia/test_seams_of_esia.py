"""Where the ESIA dialect meets the rest of the provider, as somebody sees it who means harm."""

import base64
import json
from typing import Any

import pytest

from tests.idp.esia.system import PERSON, System, register_system
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
