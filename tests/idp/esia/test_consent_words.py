"""What a consent page says of the scopes of ESIA: exactly what its resources will tell, in both languages."""

import re
from html import unescape

import pytest

from idp.interaction.words import CLAIM_WORDS, claim_rows
from idp.protocol.scopes import OF_ESIA, WIDER_AT_ESIA, claims_of
from tests.idp.esia.resources import ANNA
from tests.idp.esia.system import System, register_system
from tests.idp.stand import Stand

PASSWORD = "11111111"
PERSONAL = " ".join(["openid", "fullname", "id_doc", "contacts", *OF_ESIA])
UNSAID = "Сейчас не указано, узнает, когда появится"


@pytest.fixture
def system(stand: Stand) -> System:
    return register_system(stand)


def asked(stand: Stand, system: System, scope: str, login: str = ANNA, language: str = "ru") -> dict[str, str]:
    """The rows of the consent page, by their names."""
    browser = stand.browser()
    browser.session.headers["Accept-Language"] = language
    browser.open(system.authorize_url(scope=scope))
    stand.sign_in(browser, login=login, password=PASSWORD)
    assert "consent" in browser.forms(), browser.answer.text
    rows = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", browser.answer.text.partition('id="claims"')[2])
    return {unescape(term): unescape(fact) for term, fact in rows}


def test_every_claim_of_every_scope_has_words() -> None:
    names = claims_of(WIDER_AT_ESIA, "esia")
    assert set(names) <= CLAIM_WORDS.keys()
    assert len(names) > 40


def test_page_says_what_will_be_told_with_its_value(stand: Stand, system: System) -> None:
    rows = asked(stand, system, PERSONAL)
    assert rows["Документ, удостоверяющий личность"] == (
        "0000 000601, дата выдачи: 10 февраля 2010, ОТДЕЛ УЧЕБНЫЙ Г. ВЫДУМАНСКА, 000001"
    )
    assert rows["Гражданство"] == "Россия"
    assert rows["Место рождения"] == "г. Выдуманск"
    assert rows["Адреса"].startswith("проживания: Тестовая область, г. Выдуманск, ул. Учебная, д. 1, кв. 2; регистрации: ")
    assert rows["Транспортные средства"] == "Легковой, А000АА00, 00АА 000601; Прицеп, АА000000, 00АА 000602"
    assert rows["Учётная запись"] == "подтверждённая"
    assert (rows["Изображение профиля"], rows["Самозанятость"]) == ("есть", "нет")
    assert "ФИО детей" not in rows
    assert {"Военный билет", "ФИО детей", "полисы ОМС детей"} <= set(rows[UNSAID].split(", "))


def test_children_and_organisations_are_named(stand: Stand, system: System) -> None:
    rows = asked(stand, system, "openid kid_fullname kid_birth_cert_doc", "EsiaTest004@yandex.ru")
    assert set(rows["ФИО детей"].split("; ")) == {"Осокин Денис Павлович", "Осокина Ева Павловна"}
    assert set(rows["Свидетельства о рождении детей"].split("; ")) == {"I-АА 000611", "I-АА 000612"}
    rows = asked(stand, system, "openid usr_org", "EsiaTest006@yandex.ru")
    assert rows["Организации и роли в них"] == "ООО «Учебный пруд», Специалист"


def test_foreigner_sees_the_document_of_their_country(stand: Stand, system: System) -> None:
    rows = asked(stand, system, "openid id_doc", "EsiaTest008@yandex.ru")
    assert rows["Документ, удостоверяющий личность"].startswith("XX 0000608, дата выдачи: 20 января 2020, действует до ")
    assert rows["Гражданство"] == "XXX"


def test_page_speaks_english_too(stand: Stand, system: System) -> None:
    rows = asked(stand, system, PERSONAL, language="en")
    assert (rows["Place of birth"], rows["Citizenship"], rows["Profile picture"]) == ("г. Выдуманск", "Russia", "yes")
    assert rows["Identity document"].startswith("0000 000601, issued on 10 February 2010")


def test_what_there_is_nothing_of_is_gathered_when_it_is_much() -> None:
    few = ("vehicles", "military_id", "children_names")
    assert [value for _, value in claim_rows(few, {"vehicles": []})] == ["не указано"] * 3
    many = (*few, "residence_permit")
    assert claim_rows(many, {}) == [(UNSAID, "Транспортные средства, военный билет, ФИО детей, вид на жительство")]
    assert claim_rows(("middle_name", "inn", "gender", "birthdate"), {})[0] == ("Отчество", "не указано")
