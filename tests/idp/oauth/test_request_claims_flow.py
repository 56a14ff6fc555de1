"""Single claims, through the pages: asked for, shown, allowed, handed out (OpenID Connect Core 1.0, 5.5)."""

import json
from typing import Any

import pytest

from tests.browser import Browser
from tests.idp.stand import Stand, answer_of

SNILS = "000-000-017 00"


def ask(stand: Stand, browser: Browser, claims: Any, **parameters: str | None) -> Browser:
    """Come as far as the consent page, or further where nothing is asked."""
    text = claims if isinstance(claims, str) else json.dumps(claims)
    browser.open(stand.authorize_url(**{"scope": "openid", "claims": text, **parameters}))
    if "sign-in" in browser.forms():
        stand.sign_in(browser)
    return browser


def told(stand: Stand, browser: Browser) -> tuple[dict[str, Any], dict[str, Any]]:
    """What userinfo and the ID token say."""
    body = stand.redeem(stand.code_from(browser)).body
    return stand.userinfo(str(body["access_token"])).json(), dict(stand.verified(str(body["id_token"])).claims)


def test_claims_are_shown_and_handed_out_exactly_where_they_were_asked_for(stand: Stand) -> None:
    asked = {"userinfo": {"snils": {"essential": True}, "given_name": None}, "id_token": {"email": None}}
    page = ask(stand, stand.browser(), asked)
    assert all(text in page.text for text in (SNILS, "Имя", "vera@example.test"))
    assert "14 февраля 1984" not in page.text
    userinfo, id_token = told(stand, page.submit("consent", "allow"))
    assert userinfo.keys() == {"sub", "snils", "given_name"}
    assert userinfo["snils"] == SNILS
    assert id_token["email"] == "vera@example.test"
    assert not {"snils", "given_name"} & id_token.keys()


def test_consent_is_asked_again_for_one_claim_more_and_for_no_other_reason(stand: Stand) -> None:
    browser = stand.browser()
    ask(stand, browser, {"userinfo": {"email": None}}).submit("consent", "allow")
    assert "code" in answer_of(ask(stand, browser, {"id_token": {"email": None}}))
    assert "consent" in ask(stand, browser, {"userinfo": {"email": None, "snils": None}}).forms()
    assert answer_of(ask(stand, browser, {"userinfo": {"snils": None}}, prompt="none"))["error"] == "consent_required"


def test_consent_to_a_scope_covers_its_claims(stand: Stand) -> None:
    browser = stand.browser()
    stand.obtain_code(browser, scope="openid email")
    assert "code" in answer_of(ask(stand, browser, {"userinfo": {"email": None}}))


def test_unwanted_value_is_not_shown_and_not_handed_out(stand: Stand) -> None:
    page = ask(stand, stand.browser(), {"userinfo": {"snils": {"value": "000-000-018 00"}, "email": None}})
    assert SNILS not in page.text
    userinfo, _ = told(stand, page.submit("consent", "allow"))
    assert userinfo.keys() == {"sub", "email"}


def test_claims_of_ours_are_not_replaced_by_asked_ones(stand: Stand) -> None:
    page = ask(stand, stand.browser(), {"id_token": {"auth_time": {"essential": True}, "iss": {"value": "x"}, "aud": None}})
    _, id_token = told(stand, page.submit("consent", "allow"))
    assert (id_token["iss"], id_token["aud"], id_token["auth_time"]) == (stand.issuer, "client", Stand.START)


@pytest.mark.parametrize("claims", ["[]", "x", "[" * 200 + "]" * 200, "{" * 8192, "[" * 1_000_000])
def test_az_25_claims_that_are_no_claims_are_refused_and_the_next_request_is_served(stand: Stand, claims: str) -> None:
    answer = answer_of(ask(stand, stand.browser(), claims))
    assert (answer["error"], answer["state"]) == ("invalid_request", "the state")
    assert "sign-in" in stand.browser().open(stand.authorize_url()).forms()


def test_essential_level_is_reached_by_a_second_step(stand: Stand) -> None:
    page = ask(stand, stand.browser(), {"id_token": {"acr": {"essential": True, "values": ["substantial"]}}})
    page.submit("code-form", "submit", code=stand.last_code()).submit("consent", "allow")
    assert told(stand, page)[1]["acr"] == "substantial"


def test_essential_level_that_the_person_cannot_reach_is_a_refusal(stand: Stand) -> None:
    stand.execute("UPDATE citizens SET phone_verified_at = NULL, email_verified_at = NULL")
    stand.execute("DELETE FROM devices")
    acr = {"essential": True, "values": ["substantial"]}
    answer = answer_of(ask(stand, stand.browser(), {"id_token": {"acr": acr}}))
    assert answer["error"] == "unmet_authentication_requirements"


def test_voluntary_level_that_the_person_cannot_reach_is_stated_truthfully(stand: Stand) -> None:
    stand.execute("UPDATE citizens SET phone_verified_at = NULL, email_verified_at = NULL")
    stand.execute("DELETE FROM devices")
    page = ask(stand, stand.browser(), {"id_token": {"acr": {"values": ["substantial"]}}})
    assert told(stand, page.submit("consent", "allow"))[1]["acr"] == "low"


def test_essential_level_below_what_was_reached_is_the_one_that_is_stated(stand: Stand) -> None:
    browser = stand.browser()
    stand.obtain_code(browser, acr_values="substantial", scope="openid")
    page = ask(stand, browser, {"id_token": {"acr": {"essential": True, "values": ["low"]}}})
    assert told(stand, page)[1]["acr"] == "low"


def test_subject_that_is_asked_for_gets_an_answer(stand: Stand) -> None:
    asked = {"id_token": {"sub": {"value": stand.citizen("vera@example.test")}}}
    page = ask(stand, stand.browser(), asked)
    assert told(stand, page.submit("consent", "allow"))[1]["sub"] == stand.citizen("vera@example.test")


@pytest.mark.parametrize("member", ["id_token", "userinfo"])
def test_another_subject_than_the_asked_one_never_gets_a_code(stand: Stand, member: str) -> None:
    asked = {member: {"sub": {"value": stand.citizen("maya@example.test")}}}
    browser = stand.browser()
    stand.obtain_code(browser, scope="openid")
    browser.open(stand.authorize_url(scope="openid", claims=json.dumps(asked), prompt="none"))
    assert answer_of(browser)["error"] == "login_required"
    assert answer_of(ask(stand, stand.browser(), asked))["error"] == "login_required"


def test_subject_is_compared_as_this_client_knows_it(stand: Stand) -> None:
    stand.add_client("paired", subject_type="pairwise", sector="client.test")
    browser = stand.browser()
    code = stand.obtain_code(browser, client_id="paired", scope="openid")
    body = stand.redeem(code, auth=("paired", "a secret only this client knows")).body
    subject = stand.verified(str(body["id_token"])).claims["sub"]
    asked = json.dumps({"id_token": {"sub": {"value": subject}}})
    assert "code" in answer_of(browser.open(stand.authorize_url(client_id="paired", scope="openid", claims=asked, prompt="none")))


def test_client_is_given_no_claim_it_may_not_have(stand: Stand) -> None:
    stand.add_client("narrow", scopes=frozenset({"openid", "email"}))
    page = ask(stand, stand.browser(), {"userinfo": {"snils": None, "email": None}}, client_id="narrow")
    assert SNILS not in page.text
    answer = stand.redeem(stand.code_from(page.submit("consent", "allow")), auth=("narrow", "a secret only this client knows"))
    assert stand.userinfo(str(answer.body["access_token"])).json().keys() == {"sub", "email"}
