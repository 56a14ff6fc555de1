"""«Документы»: what stands there, and the ways to prove who one is."""

import base64
import re
from dataclasses import replace

import pytest

from idp.authority.citizen_certificates import Terms
from idp.authority.signing import sign
from idp.citizens import directory
from idp.citizens.models import Person
from tests.browser import Browser
from tests.idp.account.test_contacts import ACCOUNT, VERA, arrive
from tests.idp.stand import Stand
from tests.suites.sign_in_methods.signature import certify

DOCUMENTS, PASSPORT, SIGNATURE = f"{ACCOUNT}/documents", "/documents/passport", "/documents/signature"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def stand(request: pytest.FixtureRequest, stand_settings: dict[str, object]) -> Stand:
    """Asks for the settings so that a test may give its own."""
    stand: Stand = request.getfixturevalue(f"{request.param}_stand")
    return stand


def vera(stand: Stand) -> Person:
    with stand.realm.database.read() as connection:
        person = directory.find_by_login(stand.realm, connection, VERA)
    assert person is not None
    return person


def change(stand: Stand, **data: str | None) -> None:
    """Vera's account holds something else."""
    person = vera(stand)
    person = replace(person, data=replace(person.data, **data))  # type: ignore[arg-type]
    with stand.realm.database.write() as connection:
        directory.change(stand.realm, connection, person, actor="operator:test")


def without_papers(stand: Stand, **data: str | None) -> None:
    """Vera's account is one of somebody who has just signed up and put everything off."""
    nothing = {"passport_series": None, "passport_number": None, "passport_issued_on": None, "snils": None, "inn": None}
    change(stand, **(nothing | data))


def test_r024_passport_and_bank_are_listed_masked(stand: Stand) -> None:
    browser = arrive(stand, "/documents", "luka@example.test", "podorozhnik-21")
    assert "0000 •••021" in browser.text and "счёт •• 2104" in browser.text
    assert not re.search(r"\b000021\b", browser.text) and "Документов нет" not in browser.text


def test_r024_without_both_there_is_a_warning_even_where_a_number_is_known(stand: Stand) -> None:
    without_papers(stand, snils="000-000-017 00")
    browser = arrive(stand, "/documents")
    assert "Документов нет" in browser.text and "некоторые сервисы не пустят" in browser.text


def test_r025_passport_added_later_makes_the_account_a_confirmed_one(stand: Stand) -> None:
    without_papers(stand)
    assert "упрощённая" in arrive(stand).text
    stand.clock.advance(60)
    browser = arrive(stand, PASSPORT)
    values = {"passport_series": "0000", "passport_number": "000717", "passport_issued_on": "2010-03-01"}
    assert "birthdate" not in browser.forms()["passport"].values, "what is known is not asked for"
    browser.submit("passport", "submit", **values, snils="000-000-017 00")
    assert browser.url == DOCUMENTS and "0000 •••717" in browser.text and "Документов нет" not in browser.text
    assert "Учётная запись подтверждена" in browser.open(ACCOUNT).text
    assert stand.actions().count("account.confirmed") == 1


@pytest.mark.parametrize(
    ("field", "value"), [("passport_series", "12"), ("passport_number", "1"), ("passport_issued_on", "1998-02-13")]
)
def test_r017_passport_of_the_account_has_an_error_beside_its_field(stand: Stand, field: str, value: str) -> None:
    good = {"passport_series": "0000", "passport_number": "000717", "passport_issued_on": "2010-03-01"}
    browser = arrive(stand, PASSPORT).submit("passport", "submit", **(good | {field: value}))
    assert browser.status == 400 and browser.answer.text.count('aria-invalid="true"') == 1
    assert re.search(rf'<input[^>]* id="{field}"[^>]* aria-invalid="true"', browser.answer.text)
    assert vera(stand).data.passport_number == "000017"


def signed(stand: Stand, browser: Browser, terms: Terms | None = None, *, login: str = VERA) -> Browser:
    """Vera hands in a signature over the text of the page."""
    issued = certify(stand, terms, login=login)
    text = browser.session.get(f"{ACCOUNT}{SIGNATURE}/challenge.txt").content
    signature = sign(text, issued.certificate, issued.private)
    return browser.submit("signature-form", signature=base64.b64encode(signature).decode("ascii"))


def test_i06_signature_with_name_and_snils_of_the_account_proves_who_it_is(stand: Stand) -> None:
    change(stand, passport_series=None, passport_number=None, passport_issued_on=None)
    browser = signed(stand, arrive(stand, SIGNATURE))
    assert browser.url == DOCUMENTS and "Подтверждена электронной подписью." in browser.text
    assert vera(stand).identity_proved_by == "signature"
    assert [action for action in stand.actions() if action in ("identity.proved", "account.confirmed")] == [
        "identity.proved",
        "account.confirmed",
    ]
    assert "Учётная запись подтверждена" in browser.open(ACCOUNT).text


def test_numbers_that_the_account_lacks_are_those_of_the_certificate(stand: Stand) -> None:
    browser = arrive(stand, SIGNATURE)
    issued = certify(stand)
    without_papers(stand)
    text = browser.session.get(f"{ACCOUNT}{SIGNATURE}/challenge.txt").content
    signature = sign(text, issued.certificate, issued.private)
    browser.submit("signature-form", signature=base64.b64encode(signature).decode("ascii"))
    assert browser.url == DOCUMENTS
    assert (vera(stand).data.snils, vera(stand).data.inn) == ("000-000-017 00", "000000001773")


@pytest.mark.parametrize(
    ("changed", "terms", "login", "said"),
    [
        ({"given_name": "Варвара"}, None, VERA, "Это сертификат другого человека."),
        ({}, None, "pyotr@example.test", "Это сертификат другого человека."),
        ({"snils": None}, None, "pyotr@example.test", "Это сертификат другого человека."),
        ({"snils": None}, Terms(snils="000-000-018 00"), VERA, "Это сертификат другого человека."),
        ({"inn": "000000001847"}, None, VERA, "Это сертификат другого человека."),
        ({}, Terms(has_snils=False), VERA, "В сертификате нет СНИЛС"),
        ({}, Terms(not_after=Stand.START - 60), VERA, "Сертификат закончился"),
    ],
    ids=["another name", "another's", "another's where none is known", "somebody's number", "another ИНН", "no СНИЛС", "expired"],
)
def test_signature_that_is_not_this_persons_proves_nothing(
    stand: Stand, changed: dict[str, str | None], terms: Terms | None, login: str, said: str
) -> None:
    browser = arrive(stand, SIGNATURE)
    issued = certify(stand, terms, login=login)
    change(stand, **changed)
    before = vera(stand)
    text = browser.session.get(f"{ACCOUNT}{SIGNATURE}/challenge.txt").content
    signature = base64.b64encode(sign(text, issued.certificate, issued.private)).decode("ascii")
    browser.submit("signature-form", signature=signature)
    assert browser.status == 400 and said in browser.text
    assert vera(stand) == before and before.identity_proved_by is None


def test_text_is_signed_once_and_in_this_session(stand: Stand) -> None:
    browser = arrive(stand, SIGNATURE)
    form, issued = browser.forms()["signature-form"], certify(stand)
    text = browser.session.get(f"{ACCOUNT}{SIGNATURE}/challenge.txt").content
    answer = form.values | {"signature": base64.b64encode(sign(text, issued.certificate, issued.private)).decode("ascii")}
    stand.clock.advance(60)
    other = arrive(stand, SIGNATURE)
    token = {"csrf_token": other.forms()["signature-form"].values["csrf_token"]}
    assert other.session.post(form.action, data=answer | token).status_code == 400
    assert browser.session.post(form.action, data=answer).url == DOCUMENTS
    assert browser.session.post(form.action, data=answer).status_code == 400
    assert stand.actions().count("identity.proved") == 1
