"""«Согласия и сервисы»: what was allowed, what was really handed out, and that a withdrawal is the end of it."""

import pytest
import requests

from idp.app import run_due_jobs
from tests.browser import Browser
from tests.idp.stand import CLIENT, ISSUER, SECRET, Stand

HERE = f"{ISSUER}/account/consents"
TOLD = ("told", SECRET)
CLAIMS = '{"id_token": {"snils": null}, "userinfo": {"inn": null}}'


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def stand(request: pytest.FixtureRequest) -> Stand:
    stand: Stand = request.getfixturevalue(f"{request.param}_stand")
    grants = ("authorization_code", "refresh_token")
    stand.add_client("told", name="Дневник", backchannel_logout_uri=f"{CLIENT}/logout", grant_types=grants)
    return stand


def entered(stand: Stand, scope: str = "openid email", **parameters: str) -> tuple[Browser, dict[str, str]]:
    """Vera, signed in to a client, and what the client holds."""
    browser = stand.browser()
    answer = stand.redeem(stand.obtain_code(browser, client_id="told", scope=scope, **parameters), auth=TOLD)
    assert answer.status == 200, answer.body
    return browser, {name: str(value) for name, value in answer.body.items()}


def refresh(stand: Stand, token: str) -> requests.Response:
    data = {"grant_type": "refresh_token", "refresh_token": token}
    return stand.http().post(f"{ISSUER}/oauth2/token", data=data, auth=TOLD)


def withdraw(browser: Browser) -> Browser:
    return browser.open(HERE).submit("withdraw-told", "withdraw-button-told")


def disclosed(stand: Stand) -> list[tuple[object, ...]]:
    return stand.rows("SELECT client_id, channel, claims, first_at, last_at FROM disclosures ORDER BY channel")


def test_r147_page_names_service_what_it_may_know_and_since_when(stand: Stand) -> None:
    browser, _ = entered(stand)
    text = browser.open(HERE).text
    assert "Дневник" in text and "Электронная почта" in text and "Согласие дано" in text
    assert "Данные пока не передавались: только то, что вы вошли." in text


def test_r147_page_tells_exactly_the_claims_that_were_handed_out_and_when(stand: Stand) -> None:
    browser, tokens = entered(stand, claims=CLAIMS)
    stand.clock.advance(60)
    given = stand.userinfo(tokens["access_token"]).json()
    now = Stand.START + 60
    names = " ".join(name for name in given if name != "sub")
    assert disclosed(stand) == [("told", "id_token", "snils", now - 60, now - 60), ("told", "userinfo", names, now, now)]
    assert set(names.split()) == {"email", "email_verified", "inn"}
    page = browser.open(HERE).text
    assert "СНИЛС." in page and "при входе, в токене" in page
    assert "Электронная почта, ИНН." in page and "по запросу данных" in page


def test_r147_claim_that_the_person_has_not_got_was_not_handed_out(stand: Stand) -> None:
    stand.execute("UPDATE citizens SET email_verified_at = NULL")
    _, tokens = entered(stand, scope="openid address inn")
    handed = set(stand.userinfo(tokens["access_token"]).json()) - {"sub"}
    assert {name for row in disclosed(stand) for name in str(row[2]).split()} == handed


def test_r147_what_is_told_again_is_one_row_that_moves_after_an_hour(stand: Stand) -> None:
    _, tokens = entered(stand)
    for seconds in (0, 1, 59):
        stand.clock.advance(seconds)
        stand.userinfo(tokens["access_token"])
    assert [(row[3], row[4]) for row in disclosed(stand)] == [(Stand.START, Stand.START)]
    browser, _ = entered(stand, scope="openid email offline_access", prompt="consent")
    assert browser.url
    refreshed = refresh(stand, tokens["refresh_token"]).json()
    for _ in range(7):
        stand.clock.advance(599)
        refreshed = refresh(stand, refreshed["refresh_token"]).json()
        stand.userinfo(refreshed["access_token"])
    first = [row for row in disclosed(stand) if row[3] == Stand.START]
    assert len(first) == 1 and int(str(first[0][4])) >= Stand.START + 3600


def test_r147_registry_that_checks_a_token_of_another_service_is_told_who_it_is_and_the_page_says_so(stand: Stand) -> None:
    browser = stand.browser()
    answer = stand.redeem(stand.obtain_code(browser, client_id="told", scope="openid registry.read"), auth=TOLD)
    introspected = stand.introspect(str(answer.body["access_token"]), auth=("registry", "registry secret")).json()
    assert introspected["snils"]
    ((client_id, channel, claims, *_),) = disclosed(stand)
    of_the_person = {"snils", "birthdate", "verified", "roles"} & introspected.keys()
    assert (client_id, channel, set(str(claims).split())) == ("registry", "check", of_the_person)
    assert "при проверке доступа другого сервиса" in browser.open(HERE).text


def test_r147_tk_20_withdrawn_consent_kills_refresh_token_and_userinfo_at_once_and_the_client_is_told(stand: Stand) -> None:
    browser, tokens = entered(stand, "openid email offline_access")
    assert stand.userinfo(tokens["access_token"]).status_code == 200
    withdraw(browser)
    assert browser.url == HERE
    answer = refresh(stand, tokens["refresh_token"])
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert stand.userinfo(tokens["access_token"]).status_code == 401
    assert stand.introspect(tokens["access_token"], auth=TOLD).json() == {"active": False}
    run_due_jobs(stand.realm)
    assert stand.rows("SELECT client_id, state FROM logout_deliveries") == [("told", "delivered")]
    assert {"consent.withdrawn", "tokens.revoked"} <= set(stand.actions())
    assert "session.ended" not in stand.actions(), "the person stays signed in"


def test_r147_withdrawn_consent_is_asked_for_again_and_history_stays(stand: Stand) -> None:
    browser, tokens = entered(stand)
    stand.userinfo(tokens["access_token"])
    withdraw(browser)
    assert "Больше не имеют доступа" in browser.text and "Электронная почта" in browser.text
    assert "withdraw-told" not in browser.forms()
    browser.open(stand.authorize_url(client_id="told", scope="openid email"))
    assert "consent" in browser.forms()
    browser.submit("consent", "allow").open(HERE)
    assert "withdraw-told" in browser.forms()


def test_r147_withdrawal_reaches_every_session_of_the_person_and_no_other_client_and_person(stand: Stand) -> None:
    browser, _ = entered(stand)
    _, elsewhere = entered(stand, prompt="consent")
    own = stand.tokens(browser, scope="openid")
    maya = stand.browser()
    stand.sign_in(maya.open(stand.authorize_url(client_id="told")), login="maya@example.test", password="oduvanchik-19")
    hers = stand.redeem(stand.code_from(maya.submit("consent", "allow")), auth=TOLD).body
    withdraw(browser)
    assert stand.userinfo(elsewhere["access_token"]).status_code == 401
    assert stand.userinfo(own["access_token"]).status_code == 200
    assert stand.userinfo(str(hers["access_token"])).status_code == 200
    run_due_jobs(stand.realm)
    assert len(stand.rows("SELECT sid FROM logout_deliveries WHERE state = 'delivered'")) == 2


def test_r147_code_that_waits_and_consent_that_was_just_given_do_not_outlive_the_withdrawal(stand: Stand) -> None:
    browser, _ = entered(stand)
    code = stand.obtain_code(browser, client_id="told", scope="openid email")
    asked = browser.open(stand.authorize_url(client_id="told", scope="openid email", prompt="consent"))
    form = asked.forms()["consent"]
    allowed = browser.session.post(form.action, data=form.values | {"answer": "allow"}, allow_redirects=False)
    withdraw(browser)
    assert stand.redeem(code, auth=TOLD).body["error"] == "invalid_grant"
    assert "consent" in browser.open(f"{ISSUER}{allowed.headers['Location']}").forms(), "asked anew"


def test_consent_that_was_never_given_cannot_be_withdrawn(stand: Stand) -> None:
    browser, _ = entered(stand)
    form = browser.open(HERE).forms()["withdraw-told"]
    for name in ("client", "none", "a\0b", ""):
        assert browser.session.post(form.action, data=form.values | {"client_id": name}).status_code == 404
    assert "consent.withdrawn" not in stand.actions()


def test_documents_lead_to_the_page_where_consents_are_withdrawn(stand: Stand) -> None:
    browser, _ = entered(stand)
    assert 'href="/account/consents"' in browser.open(f"{ISSUER}/account/documents").answer.text
