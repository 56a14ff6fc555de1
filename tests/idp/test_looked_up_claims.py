"""Claims that are looked up: the organisations somebody acts for, and whether they have an electronic signature."""

from idp.authority import used
from idp.authority.used import Facts
from idp.citizens import organisations
from tests.idp.stand import Stand

CLINIC = {"ogrn": "1000000000175", "name": "ООО «Учебная поликлиника», г. Выдуманск", "position": "Главный врач"}


def used_a_certificate(stand: Stand, *, not_after: int) -> None:
    """Vera signed in with a certificate before."""
    vera = stand.citizen("vera@example.test")
    with stand.realm.database.write() as connection:
        used.remember(stand.realm, connection, vera, Facts("0a", "Учебный УЦ", not_after), "rsa")


def test_organisations_are_told_with_ogrn_name_and_position(stand: Stand) -> None:
    told = stand.userinfo(stand.tokens(scope="openid organisations")["access_token"]).json()
    assert CLINIC in told["organisations"]
    assert all(each.keys() == CLINIC.keys() for each in told["organisations"])


def test_organisations_are_told_to_nobody_who_did_not_ask(stand: Stand) -> None:
    assert "organisations" not in stand.userinfo(stand.tokens()["access_token"]).json()


def test_who_acts_for_nobody_has_an_empty_list(stand: Stand) -> None:
    stand.execute("DELETE FROM memberships")
    browser = stand.browser()
    assert stand.userinfo(stand.tokens(browser, scope="openid organisations")["access_token"]).json()["organisations"] == []


def test_membership_that_ended_is_gone_from_the_next_answer(stand: Stand) -> None:
    token = stand.tokens(scope="openid organisations")["access_token"]
    with stand.realm.database.write() as connection:
        vera, clinic = stand.citizen("vera@example.test"), "00000000-0000-4000-8000-000000000017"
        assert organisations.end_membership(stand.realm, connection, vera, clinic, actor="operator:test")
    assert CLINIC not in stand.userinfo(token).json()["organisations"]


def test_consent_page_names_every_organisation(stand: Stand) -> None:
    browser = stand.browser().open(stand.authorize_url(scope="openid organisations"))
    stand.sign_in(browser)
    assert "Организации и роли в них" in browser.text
    assert "ООО «Учебная поликлиника», г. Выдуманск, Главный врач" in browser.text


def test_account_says_in_the_id_token_whether_there_is_a_good_signature(stand: Stand) -> None:
    def has_signature() -> object:
        tokens = stand.tokens(scope="openid account")
        told = stand.userinfo(tokens["access_token"]).json()["has_signature"]
        assert stand.verified(tokens["id_token"]).claims["has_signature"] == told
        return told

    assert has_signature() is False
    used_a_certificate(stand, not_after=stand.clock.now() + 60)
    assert has_signature() is True
    stand.clock.advance(60)
    assert has_signature() is False
