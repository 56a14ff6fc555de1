"""The authorization endpoint against what comes from outside: the rows AZ of the threat list that are its own."""

import pytest
import requests

from tests.browser import Browser
from tests.idp.stand import CALLBACK, SECRET, Stand, answer_of

REGISTERED = f"{CALLBACK}?a=1&b=2"


def open_(stand: Stand, **parameters: str | None) -> Browser:
    return stand.browser().open(stand.authorize_url(**parameters))


def is_page(stand: Stand, browser: Browser) -> bool:
    return browser.status == 400 and browser.url.startswith(stand.issuer) and not browser.answer.history


@pytest.mark.parametrize(
    "uri",
    ["https://evil.test/", CALLBACK + "/", CALLBACK + "?x=1", CALLBACK + "#f", CALLBACK.upper(), f"{CALLBACK}/../x", "//evil"],
)
def test_az_01_address_that_was_never_registered_gets_a_page_and_no_code(stand: Stand, uri: str) -> None:
    assert is_page(stand, open_(stand, redirect_uri=uri))
    assert stand.rows("SELECT count(*) FROM interactions") == [(0,)]
    assert stand.actions()[-1] == "authorization.refused invalid_request"


@pytest.mark.parametrize("uri", [None, ""])
def test_az_03_address_is_never_guessed(stand: Stand, uri: str | None) -> None:
    assert is_page(stand, open_(stand, redirect_uri=uri))


@pytest.mark.parametrize(("kind", "is_allowed"), [("native", True), ("web", False)])
def test_az_05_port_of_a_loopback_address_is_free_for_native_clients_only(stand: Stand, kind: str, is_allowed: bool) -> None:
    stand.add_client("loop", application_type=kind, redirect_uris=("http://127.0.0.1:1/cb",))
    browser = open_(stand, client_id="loop", redirect_uri="http://127.0.0.1:54321/cb")
    assert ("sign-in" in browser.forms()) is is_allowed
    assert is_page(stand, browser) is not is_allowed


@pytest.mark.parametrize("uri", [f"{CALLBACK}?b=2&a=1", f"{REGISTERED}&x=1", CALLBACK, f"{CALLBACK}?a=1", f"{CALLBACK}?"])
def test_az_06_query_of_a_registered_address_is_part_of_it(stand: Stand, uri: str) -> None:
    stand.add_client("query", redirect_uris=(REGISTERED,))
    assert is_page(stand, open_(stand, client_id="query", redirect_uri=uri))


def test_az_06_answer_is_added_to_the_query_of_a_registered_address(stand: Stand) -> None:
    stand.add_client("query", redirect_uris=(REGISTERED,))
    browser = open_(stand, client_id="query", redirect_uri=REGISTERED, prompt="none")
    assert answer_of(browser).items() >= {"a": "1", "b": "2", "error": "login_required"}.items()


def test_az_07_stranger_gets_the_same_page_whether_it_once_existed_or_not(stand: Stand) -> None:
    stand.add_client("gone")
    stand.execute("UPDATE information_systems SET disabled_at = 1 WHERE client_id = 'gone'")
    pages = [open_(stand, client_id=name) for name in ("gone", "never", None)]
    assert all(is_page(stand, page) for page in pages)
    assert len({page.title for page in pages}) == 1
    assert all("invalid_client" in page.text for page in pages)


@pytest.mark.parametrize("method", ["get", "post"])
def test_az_09_state_and_nonce_come_back_byte_for_byte_up_to_the_limit(stand: Stand, method: str) -> None:
    state, nonce = "s+ %&=ж" * 585, "n" * 512
    browser = stand.browser()
    if method == "get":
        browser.open(stand.authorize_url(state=state, nonce=nonce))
    else:
        form = {"response_type": "code", "client_id": "client", "redirect_uri": CALLBACK, "scope": "openid"}
        browser.answer = browser.session.post(f"{stand.issuer}/oauth2/authorize", data=form | {"state": state, "nonce": nonce})
    stand.sign_in(browser).submit("consent", "allow")
    assert answer_of(browser)["state"] == state
    id_token = stand.redeem(stand.code_from(browser)).body["id_token"]
    assert stand.verified(str(id_token)).claims["nonce"] == nonce


def test_az_09_longer_ones_are_refused_and_never_cut(stand: Stand) -> None:
    assert is_page(stand, open_(stand, state="s" * 65536))
    assert is_page(stand, open_(stand, state="s" * 4097))
    assert answer_of(open_(stand, nonce="n" * 65536)) == {
        "error": "invalid_request", "error_description": "nonce is too long", "state": "the state", "iss": stand.issuer,
    }  # fmt: skip


def test_az_11_unknown_parameter_is_ignored(stand: Stand) -> None:
    assert stand.obtain_code(foo="bar")


def test_az_16_client_whose_record_says_so_is_refused_without_pkce(stand: Stand) -> None:
    stand.add_client("strict", require_pkce=True)
    assert answer_of(open_(stand, client_id="strict"))["error"] == "invalid_request"
    assert "sign-in" in open_(stand).forms()


def test_az_17_missing_response_type_is_told_to_the_client(stand: Stand) -> None:
    assert answer_of(open_(stand, response_type=None))["error"] == "invalid_request"


def post(stand: Stand, query: str, **form: str) -> requests.Response:
    return stand.http().post(f"{stand.issuer}/oauth2/authorize?{query}", data=form, allow_redirects=False)


def test_az_24_body_and_query_are_never_mixed(stand: Stand) -> None:
    query = f"response_type=code&client_id=client&scope=openid&redirect_uri={CALLBACK}&state=query"
    assert post(stand, query, client_id="client").status_code == 400
    answer = post(
        stand, "state=query&prompt=none", response_type="code", client_id="client", scope="openid", redirect_uri=CALLBACK
    )
    assert answer.status_code == 303
    assert "query" not in answer.headers["Location"]


@pytest.mark.parametrize("scope", ["openid snils admin", "openid registry.write", "openid email"])
def test_az_27_scope_the_client_may_not_have_is_never_in_the_token(stand: Stand, scope: str) -> None:
    stand.add_client("narrow", scopes=frozenset({"openid", "email"}))
    body = stand.redeem(stand.obtain_code(client_id="narrow", scope=scope), auth=("narrow", SECRET)).body
    assert set(str(body["scope"]).split()) <= {"openid", "email"}
    assert "id_token" in body


def test_az_27_without_openid_there_is_no_id_token(stand: Stand) -> None:
    assert "id_token" not in stand.tokens(scope="email")


@pytest.mark.parametrize("stand", ["sqlite"], indirect=True)
def test_az_28_fields_added_to_the_consent_form_change_nothing(stand: Stand) -> None:
    browser = stand.sign_in(stand.browser().open(stand.authorize_url(scope="openid")))
    form = browser.forms()["consent"]
    forged = {"scope": "openid snils", "client_id": "registry", "claims": '{"userinfo":{"snils":null}}', "answer": "allow"}
    browser.answer = browser.session.post(form.action, data=form.values | forged)
    body = stand.redeem(stand.code_from(browser)).body
    assert body["scope"] == "openid"
    assert stand.userinfo(str(body["access_token"])).json().keys() == {"sub"}
    assert stand.rows("SELECT client_id, scope, claims FROM consents") == [("client", "openid", "[]")]


def test_az_30_hint_that_was_issued_to_another_client_is_refused(stand: Stand) -> None:
    stand.add_client("other")
    hint = str(stand.tokens()["id_token"])
    assert answer_of(open_(stand, client_id="other", id_token_hint=hint))["error"] == "invalid_request"


def test_az_30_hint_of_somebody_else_never_gives_a_code_for_who_is_here(stand: Stand) -> None:
    maya = stand.browser().open(stand.authorize_url())
    stand.sign_in(maya, login="maya@example.test", password="oduvanchik-19").submit("consent", "allow")
    hint = str(stand.redeem(stand.code_from(maya)).body["id_token"])
    vera = stand.browser()
    stand.obtain_code(vera)
    assert answer_of(vera.open(stand.authorize_url(prompt="none", id_token_hint=hint)))["error"] == "login_required"


@pytest.mark.parametrize("display", ["page", "popup", "touch", "wap"])
def test_every_display_and_claims_locale_is_taken(stand: Stand, display: str) -> None:
    assert (
        "sign-in"
        in open_(stand, display=display, claims_locales="ru en", ui_locales="en", login_hint="vera@example.test").forms()
    )


def test_age_that_the_client_registered_stands_in_for_max_age(stand: Stand) -> None:
    stand.add_client("aged", default_max_age=60)
    browser = stand.browser()
    stand.obtain_code(browser, client_id="aged")
    stand.clock.advance(61)
    assert answer_of(browser.open(stand.authorize_url(client_id="aged", prompt="none")))["error"] == "login_required"
    assert "code" in answer_of(browser.open(stand.authorize_url(client_id="aged", prompt="none", max_age="100")))
