"""Whom a request wants: employees of an organisation, confirmed accounts, people of a role. Everybody else brings a code back."""

import base64

import pytest

from idp.citizens import organisations
from idp.citizens.oids import oid_of_organisation
from idp.interaction.profile_words import ORGANISATION_WORDS
from idp.interaction.words import DEED_WORDS
from idp.protocol.scopes import WITHOUT_CLAIMS
from tests.browser import Browser
from tests.idp.esia.system import PERSON, PERSONAL_SCOPES, System, payload_of, register_system
from tests.idp.stand import ISSUER, Stand, answer_of

VERA = PERSON
MAYA = ("maya@example.test", "oduvanchik-19")
CLINIC, CENTRE = "00000000-0000-4000-8000-000000000017", "00000000-0000-4000-8000-000000000018"
PREFIX = "http://esia.gosuslugi.ru/"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def stand(request: pytest.FixtureRequest) -> Stand:
    stand: Stand = request.getfixturevalue(f"{request.param}_stand")
    return stand


@pytest.fixture
def system(stand: Stand) -> System:
    return register_system(stand)


def oid_of(stand: Stand, organisation_id: str) -> int:
    with stand.realm.database.write() as connection:
        return oid_of_organisation(connection, organisation_id)


def arrived(system: System, version: str = "v2", person: tuple[str, str] = VERA, **terms: str) -> Browser:
    """Somebody who has signed in for a request, and sees what follows."""
    browser = system.new_browser().open(system.authorize_url(version, signs="rsa", **terms))
    browser.submit("sign-in", "submit", login=person[0], password=person[1])
    if "code-form" in browser.forms():
        browser.submit("code-form", "submit", code=system.answer_sms() if system.answer_sms else "")
    return browser


def number_of(system: System, browser: Browser) -> str:
    return system.answer_of(browser)["error_description"][5:11]


def link_of(browser: Browser, path: str) -> str:
    """The address of the first link of the page to this path."""
    return f"{ISSUER}{path}{browser.answer.text.partition(path)[2].partition(chr(34))[0]}"


def take_second_ways(stand: Stand) -> None:
    """Vera has a password and nothing else from now on."""
    stand.execute("DELETE FROM devices")
    stand.execute("UPDATE citizens SET phone_verified_at = NULL, email_verified_at = NULL")


def as_filter(word: str) -> str:
    return base64.b64encode(word.encode()).decode()


def test_with_scope_org_the_person_says_which_organisation_and_the_code_names_it(stand: Stand, system: System) -> None:
    browser = arrived(system, scope="openid fullname", scope_org="org_ogrn org_inn")
    assert "/acting/" in browser.url
    assert "party-self" not in browser.forms()["acting"].buttons, "nobody is an organisation by themselves"
    browser.submit("acting", f"party-{CENTRE}")
    browser.submit("consent", "allow")
    claims = payload_of(system.answer_of(browser)["code"])
    oid, centre = claims["urn:esia:sbj"]["urn:esia:sbj:oid"], oid_of(stand, CENTRE)
    assert claims["scope"] == (f"fullname?oid={oid} openid {PREFIX}org_ogrn?org_oid={centre} {PREFIX}org_inn?org_oid={centre}")


def test_a_choice_that_was_not_offered_is_asked_again(system: System) -> None:
    browser = arrived(system, scope="openid", scope_org="org_ogrn")
    form = browser.forms()["acting"]
    browser.answer = browser.session.post(form.action, data=form.values | {"party": "self"})
    assert "/acting/" in browser.url
    browser.answer = browser.session.post(form.action, data=form.values | {"party": "organisation:another"})
    assert "/acting/" in browser.url


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_an_organisation_that_scope_names_is_not_asked_for(stand: Stand, system: System, version: str) -> None:
    clinic = oid_of(stand, CLINIC)
    browser = arrived(system, version, scope=f"openid {PREFIX}org_ogrn?org_oid={clinic}")
    assert "/consent/" in browser.url
    browser.submit("consent", "allow")
    assert payload_of(system.answer_of(browser)["code"])["scope"] == f"openid {PREFIX}org_ogrn?org_oid={clinic}"


def test_nobodys_employee_brings_007194_back(system: System) -> None:
    assert number_of(system, arrived(system, person=MAYA, scope="openid", scope_org="org_ogrn")) == "007194"


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_employee_of_another_organisation_brings_007194_back(stand: Stand, system: System, version: str) -> None:
    clinic = oid_of(stand, CLINIC)
    for oid in (clinic, 1_999_999_999):
        browser = arrived(system, version, person=MAYA, scope=f"openid {PREFIX}org_ogrn?org_oid={oid}")
        assert number_of(system, browser) == "007194"


def test_who_stops_being_an_employee_meanwhile_brings_007194_back(stand: Stand, system: System) -> None:
    browser = arrived(system, scope="openid", scope_org="org_ogrn")
    with stand.realm.database.write() as connection:
        for each in (CLINIC, CENTRE):
            assert organisations.end_membership(stand.realm, connection, stand.citizen(VERA[0]), each, actor="operator:test")
    browser.submit("acting", f"party-{CLINIC}")
    assert number_of(system, browser) == "007194"


def test_confirmed_accounts_may_be_demanded(stand: Stand, system: System) -> None:
    assert "/consent/" in arrived(system, person_filter=as_filter("conf_acc")).url
    stand.execute("UPDATE citizens SET phone_verified_at = NULL")
    browser = arrived(system, person_filter=as_filter("conf_acc").rstrip("="))
    assert number_of(system, browser) == "007055"
    assert system.answer_of(browser)["error"] == "access_denied"


@pytest.mark.parametrize(("word", "number"), [("acc_kid", "007062"), ("acc_not_kid", "")])
def test_accounts_of_children_may_be_demanded_or_kept_out(system: System, word: str, number: str) -> None:
    browser = arrived(system, person_filter=as_filter(word))
    assert number_of(system, browser) == number if number else "/consent/" in browser.url


@pytest.mark.parametrize(
    ("person", "roles", "number"),
    [(VERA, "LEGAL", ""), (VERA, "LEGAL, AGENCY", ""), (MAYA, "PRIVATE LEGAL", ""), (MAYA, "LEGAL", "007062")],
)
def test_people_of_a_role_may_be_demanded(system: System, person: tuple[str, str], roles: str, number: str) -> None:
    browser = arrived(system, person=person, roles=roles, obj_type="P")
    assert number_of(system, browser) == number if number else "/consent/" in browser.url


def test_system_that_takes_confirmed_accounts_only_hears_007055_of_who_goes_back(stand: Stand) -> None:
    system = register_system(stand, require_confirmed_account=True)
    stand.execute("UPDATE citizens SET phone_verified_at = NULL")
    browser = arrived(system)
    assert "/confirmation/" in browser.url
    browser.submit("confirmation", "leave")
    assert number_of(system, browser) == "007055"


def test_a_system_that_is_taken_away_meanwhile_hears_007005(stand: Stand, system: System) -> None:
    browser = arrived(system)
    stand.execute("UPDATE information_systems SET disabled_at = 1 WHERE client_id = 'TESTIS'")
    browser.open(browser.url.replace("/consent/", "/oauth2/continue/"))
    assert number_of(system, browser) == "007005"


def test_one_person_signs_in_by_both_dialects(stand: Stand, system: System) -> None:
    browser = arrived(system)
    browser.submit("consent", "allow")
    assert "code" in system.answer_of(browser)
    assert stand.obtain_code(browser)


def test_every_scope_at_once_fits_its_columns(system: System) -> None:
    """PostgreSQL counts, SQLite does not."""
    browser = arrived(
        system, scope=" ".join(PERSONAL_SCOPES), scope_org="org_ogrn org_inn org_kpp org_leg", access_type="offline"
    )
    browser.submit("acting", f"party-{CLINIC}")
    browser.submit("consent", "allow")
    assert "code" in system.answer_of(browser)


def test_consent_page_says_what_of_an_organisation_is_asked(system: System) -> None:
    browser = arrived(system, scope="openid", scope_org="org_ogrn org_inn")
    browser.submit("acting", f"party-{CLINIC}")
    assert "Узнать об организации, за которую вы действуете: ОГРН, ИНН" in browser.text
    assert "КПП" not in browser.text
    assert "ООО «Учебная поликлиника»" in browser.text
    assert "Главный врач" not in browser.text, "the post is told by another scope"


def test_every_scope_has_words_for_the_person() -> None:
    assert not WITHOUT_CLAIMS.keys() - DEED_WORDS.keys() - ORGANISATION_WORDS.keys()


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_who_has_no_second_step_where_one_is_demanded_brings_007046_back(stand: Stand, version: str) -> None:
    system = register_system(stand, second_factor="always")
    take_second_ways(stand)
    browser = arrived(system, version)
    assert browser.status == 403
    assert "Войти не получится" in browser.text
    browser.open(link_of(browser, "/oauth2/continue/"))
    assert number_of(system, browser) == "007046"
    assert "authorization.refused unmet_authentication_requirements" in stand.actions()


def test_client_of_the_other_dialect_is_told_too(stand: Stand) -> None:
    stand.add_client("strict", second_factor="always")
    take_second_ways(stand)
    browser = stand.sign_in(stand.browser().open(stand.authorize_url(client_id="strict")))
    browser.open(link_of(browser, "/oauth2/continue/"))
    assert answer_of(browser)["error"] == "unmet_authentication_requirements"
