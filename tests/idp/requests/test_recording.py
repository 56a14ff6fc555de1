"""What the request journal keeps of a request, and what it must never keep."""

import json

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from idp.requests.exchange import MAX_BODY_BYTES
from idp.settings import RequestJournal
from tests.idp.requests.reading import TOKEN_PATH, ask, recorded
from tests.idp.stand import CALLBACK, SECRET, Stand, challenge

PASSWORD = "romashka-17"


def test_requests_are_kept_with_their_answers_in_their_order(stand: Stand) -> None:
    tokens = stand.tokens()
    stand.userinfo(tokens["access_token"])
    stand.introspect(tokens["access_token"])
    found = [(one.exchange.method, one.exchange.path, one.exchange.status, one.system) for one in recorded(stand)]
    assert found == [
        ("GET", "/oauth2/authorize", 303, "client"),
        ("POST", "/oauth2/token", 200, "client"),
        ("GET", "/oauth2/userinfo", 200, "client"),
        ("POST", "/oauth2/introspect", 200, "client"),
    ]
    redeemed = recorded(stand)[1].exchange
    assert json.loads(redeemed.answer_body)["access_token"] == tokens["access_token"]
    assert redeemed.at == stand.clock.now()


@pytest.mark.parametrize(
    "body", [b"", b"grant_type=x&a=%00", bytes(range(256)), "вход=да".encode(), b"\xff\xfe" * 1000, b"{"], ids=range(6)
)
def test_body_is_kept_byte_by_byte(stand: Stand, body: bytes) -> None:
    answer = stand.http().post(f"{stand.issuer}{TOKEN_PATH}?b=2&a=%D1%8F", data=body, headers={"X-Word": "spaced  é"})
    (one,) = recorded(stand)
    assert one.exchange.body == body
    assert one.exchange.query == "b=2&a=%D1%8F"
    assert one.exchange.headers["x-word"] == "spaced  é"
    assert one.exchange.answer_body == answer.content
    assert not one.exchange.body_is_cut


def test_answer_names_its_request(stand: Stand) -> None:
    answer = stand.http().get(f"{stand.issuer}/oauth2/jwks")
    assert [one.exchange.id for one in recorded(stand)] == [answer.headers["X-Propusk-Request"]]


def test_body_that_is_too_long_is_marked_and_refused_as_ever(stand: Stand) -> None:
    answer = stand.http().post(f"{stand.issuer}{TOKEN_PATH}", data=b"a" * (MAX_BODY_BYTES + 1))
    (one,) = recorded(stand)
    assert (answer.status_code, one.exchange.status) == (413, 413)
    assert one.exchange.body_is_cut
    assert len(one.exchange.body) <= MAX_BODY_BYTES


def test_answer_is_the_same_with_and_without_the_journal(stand: Stand) -> None:
    silent = Stand(stand.settings.home, stand.clock, request_journal=RequestJournal(enabled=False))
    for path in ("/oauth2/jwks", "/oauth2/authorize?client_id=nobody", "/oauth2/logout", "/oauth2/register/nobody"):
        loud_answer, silent_answer = stand.http().get(stand.issuer + path), silent.http().get(stand.issuer + path)
        assert loud_answer.status_code == silent_answer.status_code
        assert loud_answer.headers.keys() - silent_answer.headers.keys() == {"X-Propusk-Request"}
    silent.close()


def test_nothing_of_a_page_where_people_type_is_recorded(stand: Stand) -> None:
    browser = stand.browser().open(stand.authorize_url(acr_values="substantial"))
    stand.sign_in(browser, password="a wrong password")
    stand.sign_in(browser, password=PASSWORD).submit("code-form", "submit", code=stand.last_code())
    browser.submit("consent", "allow")
    browser.open(f"{stand.issuer}/oauth2/logout").submit("logout", "submit")
    found = recorded(stand)
    assert {one.exchange.path for one in found} == {"/oauth2/authorize", "/oauth2/logout"}
    opened = " ".join(str(one.exchange) for one in found)
    for word in (PASSWORD, "a wrong password", stand.last_code(), "vera@example.test"):
        assert word not in opened


def test_cookies_are_kept_by_name_only(stand: Stand) -> None:
    browser = stand.browser()
    stand.obtain_code(browser)
    browser.open(stand.authorize_url(prompt="none"))
    browser.open(f"{stand.issuer}/oauth2/logout").submit("logout", "submit")
    values = {cookie.value for cookie in browser.session.cookies if cookie.value}
    opened = " ".join(str(one.exchange) for one in recorded(stand))
    assert "idp_session=…" in opened
    assert values
    assert not [value for value in values if len(value) > 10 and value in opened]


@pytest.mark.parametrize("stand", ["sqlite"], indirect=True)
def test_secrets_are_sealed_at_rest(stand: Stand) -> None:
    secret = SECRET.replace(" ", "+")
    stand.http().post(f"{stand.issuer}{TOKEN_PATH}", data=f"client_id=client&client_secret={secret}&grant_type=planted")
    stand.tokens(login_hint="a-planted-hint@example.test")
    assert any(secret.encode() in one.exchange.body for one in recorded(stand))
    files = [file for file in stand.settings.var_folder.iterdir() if file.name.startswith("idp.")]
    held = b"".join(file.read_bytes() for file in files)
    for word in (SECRET, secret, "grant_type=planted", "a-planted-hint", "code_verifier"):
        assert word.encode() not in held


def assertion(claims: dict[str, str]) -> str:
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key("k" * 32))


@pytest.mark.parametrize(
    ("path", "form", "headers"),
    [
        ("/oauth2/token", {"client_id": "other"}, {}),
        ("/oauth2/token", {"client_assertion": assertion({"iss": "other", "sub": "other"})}, {}),
        ("/oauth2/token", {}, {"Authorization": "Basic b3RoZXI6eA=="}),
        ("/oauth2/userinfo", {}, {"Authorization": f"Bearer {assertion({'client_id': 'other'})}"}),
        ("/oauth2/par?client_id=other", {"a": "b"}, {}),
        ("/oauth2/register/other", {}, {}),
        ("/oauth2/logout", {"id_token_hint": assertion({"aud": "other"})}, {}),
    ],
)
def test_sender_is_known_by_whatever_names_it(stand: Stand, path: str, form: dict[str, str], headers: dict[str, str]) -> None:
    stand.add_client("other")
    stand.http().post(stand.issuer + path, data=form, headers=headers, allow_redirects=False)
    assert [one.system for one in recorded(stand)] == ["other"]


def test_registration_belongs_to_the_client_it_made(stand: Stand) -> None:
    made = stand.http().post(f"{stand.issuer}/oauth2/register", json={"redirect_uris": [CALLBACK]}).json()
    assert [one.system for one in recorded(stand)] == [made["client_id"]]


@pytest.mark.parametrize("name", ["nobody", "", "x" * 5000, "%00", "%FF"])
def test_name_that_no_client_has_is_nobodys(stand: Stand, name: str) -> None:
    """Everybody can invent names; a ring for each would fill the disk."""
    stand.http().get(f"{stand.issuer}/oauth2/authorize?client_id={name}")
    stand.http().get(f"{stand.issuer}/oauth2/register/{name or 'x'}")
    assert [one.system for one in recorded(stand)] == ["", ""]


def test_refusal_of_the_protocol_is_recorded_like_anything_else(stand: Stand) -> None:
    ask(stand)
    stand.browser().open(stand.authorize_url(redirect_uri="http://evil.test/", code_challenge=challenge()))
    assert [(one.exchange.status, one.system) for one in recorded(stand)] == [(400, "client"), (400, "client")]


@pytest.mark.parametrize("path", ["/", "/health", "/sign-in/x", "/consent/x", "/oauth2/logout/confirmed", "/oauth2/nonsense"])
def test_what_no_system_asks_for_is_not_recorded(stand: Stand, path: str) -> None:
    answer = stand.http().post(stand.issuer + path, data={"password": PASSWORD})
    assert "X-Propusk-Request" not in answer.headers
    assert recorded(stand) == []
