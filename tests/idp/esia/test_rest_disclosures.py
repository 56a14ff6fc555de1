"""What is written down of what systems of the ESIA dialect read, for the person to see; and what ends it."""

import pytest

from idp.consent import disclosures
from idp.tokens import families
from tests.idp.esia.resources import ANNA, CLIENT_ID, read_as
from tests.idp.esia.system import register_system
from tests.idp.stand import ISSUER, Stand

EVERYTHING = (
    "openid fullname birthdate birthplace gender snils inn contacts addresses id_doc drivers_licence_doc medical_doc vehicles "
    "usr_org usr_avt self_employed"
)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def stand(request: pytest.FixtureRequest) -> Stand:
    """What is read is written down, so it is tried on both databases."""
    stand: Stand = request.getfixturevalue(f"{request.param}_stand")
    register_system(stand)
    return stand


def test_withdrawn_consent_ends_the_token_at_once(stand: Stand) -> None:
    reader = read_as(stand)
    assert reader.status() == 200
    with stand.realm.database.write() as connection:
        families.revoke(stand.realm, connection, reader.family_id, because="consent_withdrawn", actor="operator:test")
    assert reader.status() == 401


def told_of(stand: Stand, citizen_id: str) -> set[str]:
    with stand.realm.database.read() as connection:
        told = disclosures.of_citizen(connection, citizen_id)
    assert {(each.client_id, each.channel) for each in told} <= {(CLIENT_ID, "resources")}
    return {claim for each in told for claim in each.claims}


def test_what_was_told_is_written_down_and_nothing_else(stand: Stand) -> None:
    reader = read_as(stand, scope=EVERYTHING)
    assert reader.person("/docs")["size"] == 3
    assert told_of(stand, reader.citizen_id) == set(), "addresses of documents tell nothing of them"
    reader.person("/docs?embed=(elements)")
    assert told_of(stand, reader.citizen_id) == {"identity_document", "drivers_licence", "medical_policy"}
    reader.person("/ctts?embed=(elements)")
    reader.person()
    of_person = "name family_name given_name middle_name birthdate birthplace gender snils inn citizenship self_employed"
    of_contacts = "email email_verified phone_number phone_number_verified"
    of_documents = "identity_document drivers_licence medical_policy"
    of_person += " verified"
    assert told_of(stand, reader.citizen_id) == {*of_person.split(), *of_contacts.split(), *of_documents.split()}


def test_account_shows_what_was_told(stand: Stand) -> None:
    browser = stand.browser().open(f"{ISSUER}/account")
    stand.sign_in(browser, login="esiatest001@YANDEX.ru", password="11111111")
    if "code-form" in browser.forms():
        browser.submit("code-form", "submit", code=stand.last_code())
    reader = read_as(stand, scope=EVERYTHING)
    reader.person("?embed=(vehicles.elements,documents.elements)")
    page = browser.open(f"{ISSUER}/account/consents").answer.text
    for words in ("место рождения", "транспортные средства", "водительское удостоверение", "по запросу данных"):
        assert words in page, words


def test_picture_is_written_down_too(stand: Stand) -> None:
    reader = read_as(stand, scope="openid usr_avt")
    assert reader.ask(f"/esia-rs/api/public/v1/pso/{reader.oid}/avt/circle").status_code == 200
    assert told_of(stand, reader.citizen_id) == {"picture"}


def test_refused_request_tells_and_writes_nothing(stand: Stand) -> None:
    reader = read_as(stand, scope="openid fullname")
    assert [reader.status(path) for path in ("/docs?embed=(elements)", "/nothing")] == [403, 404]
    assert reader.ask(f"/rs/prns/{reader.oid}", Host="evil.test").status_code == 400
    assert told_of(stand, reader.citizen_id) == set()


def test_consent_taken_back_on_the_page_ends_the_token_at_once(stand: Stand) -> None:
    """The whole way of a person of the test system: signed in, told of, and told of no more."""
    system = register_system(stand, "JOURNEYIS")
    browser = stand.browser()
    entered = system.sign_in(browser, scope="openid fullname id_doc", person=(ANNA, "11111111"))
    told = entered.rest("?embed=(documents.elements)").json()
    assert (told["firstName"], told["documents"]["elements"][0]["number"]) == ("Анна", "000601")
    assert entered.rest("/ctts").status_code == 403
    page = browser.open(f"{ISSUER}/account/consents")
    form, button = next((name, each.buttons) for name, each in page.forms().items() if each.action.endswith("/withdraw"))
    browser.submit(form, next(iter(button)))
    assert entered.rest().status_code == 401
    assert entered.refresh().status_code == 400
