"""LB-06: what the test API made says so, and is worth nothing once the stand is started again without the switch."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from idp.sessions import store
from idp.tokens import families
from tests.browser import Browser
from tests.idp.control.test_login import PYOTR, VERA, ask, login
from tests.idp.stand import SECRET, Stand, answer_of

MARK = "propusk_test"
SECURE = {"issuer": "https://idp.test", "codes_per_hour": 5}
REFRESHING = {"client_id": "refreshing", "scope": "openid profile"}


@pytest.fixture
def tried(stand: Stand) -> Iterator[Stand]:
    """A test stand under an address that production may have, too."""
    tried = Stand(stand.settings.home, stand.clock, database_url=stand.settings.database_url, **SECURE)
    tried.add_client("refreshing", grant_types=("authorization_code", "refresh_token"))
    yield tried
    tried.close()


@pytest.fixture
def restarted(tried: Stand) -> Iterator[Stand]:
    """The same folder and database, without the switch."""
    settings = tried.settings
    production = Stand(settings.home, tried.clock, database_url=settings.database_url, environment="production", **SECURE)
    yield production
    production.close()


def with_cookies(stand: Stand, answer: dict[str, Any]) -> Browser:
    browser = stand.browser()
    for cookie in answer["cookies"]:
        browser.session.cookies.set(cookie["name"], cookie["value"], domain="idp.test", path="/", secure=True)
    return browser


def move(browser: Browser, stand: Stand) -> Browser:
    """The same browser after the restart."""
    moved = stand.browser()
    moved.session.cookies.update(browser.session.cookies)
    return moved


def refresh(stand: Stand, token: str) -> requests.Response:
    form = {"grant_type": "refresh_token", "refresh_token": token}
    return stand.http().post(f"{stand.issuer}/oauth2/token", data=form, auth=("refreshing", SECRET))


def mint(stand: Stand, **body: Any) -> dict[str, Any]:
    answer = ask(stand, "/mint", **body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def silently(browser: Browser, stand: Stand, **parameters: str) -> dict[str, str]:
    return answer_of(browser.open(stand.authorize_url(prompt="none", **parameters)))


def tokens_by_pages(stand: Stand, browser: Browser) -> dict[str, str]:
    code = stand.obtain_code(browser, **REFRESHING)
    answer = stand.redeem(code, auth=("refreshing", SECRET))
    assert answer.status == 200, answer.body
    return {name: str(value) for name, value in answer.body.items()}


def test_lb_06_tokens_of_the_test_api_are_marked_by_a_claim(tried: Stand) -> None:
    tokens = login(tried, into="tokens", authorization={"client_id": "client"})["tokens"]
    assert tried.verified(tokens["access_token"]).claims[MARK] is True
    assert tried.verified(tokens["id_token"]).claims[MARK] is True
    assert tried.introspect(tokens["access_token"]).json()[MARK] is True


def test_lb_06_tokens_of_a_person_are_not_marked(tried: Stand) -> None:
    tokens = tried.tokens()
    assert MARK not in tried.verified(tokens["access_token"]).claims
    assert MARK not in tried.verified(tokens["id_token"]).claims
    assert not any("made_by" in str(event["detail"]) for event in tried.events())


def test_lb_06_the_mark_follows_a_session_of_the_test_api_through_the_pages(tried: Stand) -> None:
    """A browser that was given its cookies gets marked tokens, also when its person has proved more by pages since."""
    browser = with_cookies(tried, login(tried))
    assert tried.verified(tried.tokens(browser)["id_token"]).claims[MARK] is True
    raised = tried.verified(tried.tokens(browser, acr_values="substantial")["id_token"]).claims
    assert (raised["acr"], raised[MARK]) == ("substantial", True)
    again = tried.redeem(tried.obtain_code(browser, prompt="login")).body
    assert MARK not in tried.verified(str(again["id_token"])).claims, "now a person proved everything"


def test_lb_06_the_journal_says_who_made_it(tried: Stand) -> None:
    login(tried, into="tokens", authorization=REFRESHING)
    mint(tried, kind="jwt")
    marked = [event["action"] for event in tried.events() if json.loads(str(event["detail"])).get("made_by") == "test api"]
    assert marked == [
        "password.checked", "session.opened", "consent.given", "authorization.issued", "authorization.redeemed", "token.minted",
    ]  # fmt: skip


def test_lb_06_session_is_worth_nothing_without_the_switch(tried: Stand, restarted: Stand) -> None:
    made, honest = with_cookies(tried, login(tried)), tried.browser()
    tried.obtain_code(honest)
    assert "code" in silently(made, tried)
    assert silently(move(made, restarted), restarted)["error"] == "login_required"
    assert "sign-in" in move(made, restarted).open(restarted.authorize_url()).forms()
    assert "code" in silently(move(honest, restarted), restarted)


def test_lb_06_session_raised_by_pages_is_worth_nothing_without_the_switch(tried: Stand, restarted: Stand) -> None:
    browser = with_cookies(tried, login(tried))
    tried.obtain_code(browser, acr_values="substantial")
    assert silently(move(browser, restarted), restarted)["error"] == "login_required"


def test_lb_06_code_is_worth_nothing_without_the_switch(tried: Stand, restarted: Stand) -> None:
    made, honest = login(tried, into="code", authorization={"client_id": "client"})["code"], tried.obtain_code()
    refused = restarted.redeem(made)
    assert (refused.status, refused.body["error"]) == (400, "invalid_grant")
    assert restarted.redeem(honest).status == 200
    assert tried.redeem(made).status == 200, "nothing was used up by the refusal"


@pytest.mark.parametrize("scope", ["openid", "openid offline_access"])
def test_lb_06_refresh_token_is_worth_nothing_without_the_switch(tried: Stand, restarted: Stand, scope: str) -> None:
    made = login(tried, into="tokens", authorization=REFRESHING | {"scope": scope})["tokens"]["refresh_token"]
    honest = tokens_by_pages(tried, tried.browser())["refresh_token"]
    refused = refresh(restarted, made)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert refresh(restarted, honest).status_code == 200
    assert refresh(tried, made).status_code == 200


def test_lb_06_access_token_is_worth_nothing_without_the_switch(tried: Stand, restarted: Stand) -> None:
    made = login(tried, into="tokens", authorization={"client_id": "client"})["tokens"]["access_token"]
    minted = mint(tried, kind="access_token", person=VERA, client_id="client")["token"]
    honest = tried.tokens()["access_token"]
    for token, status in ((made, 401), (minted, 401), (honest, 200)):
        assert tried.userinfo(token).status_code == 200
        assert restarted.userinfo(token).status_code == status
        assert restarted.introspect(token).json()["active"] == (status == 200)


def test_lb_06_family_behind_a_minted_token_is_none_without_the_switch(tried: Stand, restarted: Stand) -> None:
    """The token says so itself; the family does not lean on that."""
    minted = mint(tried, kind="access_token", person=VERA, client_id="client")["claims"]["jti"].partition(".")[0]
    honest = tried.verified(tried.tokens()["access_token"]).claims["jti"].partition(".")[0]
    for family_id, counts in ((minted, False), (honest, True)):
        with tried.realm.database.read() as connection:
            assert families.find_alive(tried.realm, connection, family_id) is not None
            assert (families.find_alive(restarted.realm, connection, family_id) is not None) == counts


def test_lb_06_session_is_not_kept_alive_without_the_switch(tried: Stand, restarted: Stand) -> None:
    sid = login(tried)["sid"]
    with tried.realm.database.write() as connection:
        assert store.keep_alive(tried.realm, connection, sid)
        assert not store.keep_alive(restarted.realm, connection, sid)


def test_lb_06_token_that_tells_nothing_of_its_family_is_worth_nothing_either(tried: Stand, restarted: Stand) -> None:
    """Minted with the `jti` of a person's own token, it would ride on that family; the claim alone betrays it."""
    honest = tried.verified(tried.tokens()["access_token"]).claims
    minted = mint(tried, kind="access_token", person=PYOTR, client_id="client", claims={"jti": honest["jti"]})["token"]
    assert tried.userinfo(minted).status_code == 200
    assert restarted.userinfo(minted).status_code == 401


def test_lb_06_id_token_is_no_hint_without_the_switch(tried: Stand, restarted: Stand) -> None:
    made, honest = (
        login(tried, into="tokens", authorization={"client_id": "client"})["tokens"]["id_token"],
        tried.tokens()["id_token"],
    )
    assert silently(restarted.browser(), restarted, id_token_hint=made)["error"] == "invalid_request"
    assert silently(restarted.browser(), restarted, id_token_hint=honest)["error"] == "login_required"


def test_lb_06_consent_of_the_test_api_is_none_without_the_switch(tried: Stand, restarted: Stand) -> None:
    login(tried, into="code", authorization={"client_id": "client", "scope": "openid profile"})
    browser = restarted.browser().open(restarted.authorize_url())
    assert "consent" in restarted.sign_in(browser).forms()
    browser = tried.browser().open(tried.authorize_url())
    assert "code" in answer_of(tried.sign_in(browser))
