"""Pushed authorization requests (RFC 9126)."""

import pytest
import requests

from tests.idp.signing import make_key, public_set, signed
from tests.idp.stand import CALLBACK, SECRET, Stand, answer_of

GOOD = {
    "response_type": "code",
    "redirect_uri": CALLBACK,
    "scope": "openid email",
    "state": "pushed state",
    "nonce": "pushed nonce",
}


def push(stand: Stand, *, auth: tuple[str, str] | None = ("client", SECRET), **changes: str) -> requests.Response:
    return stand.http().post(f"{stand.issuer}/oauth2/par", data=GOOD | changes, auth=auth)


def reference(stand: Stand, **changes: str) -> str:
    answer = push(stand, **changes)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["request_uri"])


def bring(stand: Stand, request_uri: str, client_id: str = "client", **more: str) -> str:
    return stand.authorize_url(
        **({"response_type": None, "redirect_uri": None, "scope": None, "state": None, "nonce": None} | more),
        client_id=client_id,
        request_uri=request_uri,
    )


def test_pushed_request_is_answered_as_it_was_pushed(stand: Stand) -> None:
    answer = push(stand)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json()["expires_in"] == 90
    assert answer.json()["request_uri"].startswith("urn:ietf:params:oauth:request_uri:")
    browser = stand.browser().open(bring(stand, answer.json()["request_uri"], scope="openid snils", state="evil"))
    stand.sign_in(browser)
    assert "vera@example.test" in browser.text
    assert "000-000-017 00" not in browser.text
    assert answer_of(browser.submit("consent", "allow"))["state"] == "pushed state"


def test_az_22_reference_of_one_client_is_worth_nothing_to_another(stand: Stand) -> None:
    stand.add_client("other")
    request_uri = reference(stand)
    stolen = stand.browser().open(bring(stand, request_uri, "other"))
    assert (stolen.status, "invalid_request_uri" in stolen.text) == (400, True)
    assert "sign-in" in stand.browser().open(bring(stand, request_uri)).forms()


def test_az_22_reference_is_used_once(stand: Stand) -> None:
    request_uri = reference(stand)
    assert "sign-in" in stand.browser().open(bring(stand, request_uri)).forms()
    again = stand.browser().open(bring(stand, request_uri))
    assert (again.status, "invalid_request_uri" in again.text) == (400, True)


@pytest.mark.parametrize(("seconds", "status"), [(89, 200), (90, 400), (600, 400)])
def test_az_22_reference_runs_out(stand: Stand, seconds: int, status: int) -> None:
    request_uri = reference(stand)
    stand.clock.advance(seconds)
    assert stand.browser().open(bring(stand, request_uri)).status == status


def test_reference_that_never_was_is_refused(stand: Stand) -> None:
    assert stand.browser().open(bring(stand, "urn:ietf:params:oauth:request_uri:guess")).status == 400


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"redirect_uri": "https://evil.test/"}, "invalid_request"),
        ({"redirect_uri": ""}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"request_uri": "urn:ietf:params:oauth:request_uri:x"}, "invalid_request"),
        ({"claims": "[]"}, "invalid_request"),
        ({"scope": "unheard-of"}, "invalid_scope"),
        ({"id_token_hint": "junk"}, "invalid_request"),
        ({"request": "junk"}, "invalid_request_object"),
        ({"state": "s" * 5000}, "invalid_request"),
    ],
)
def test_request_that_breaks_a_rule_is_refused_when_it_is_pushed(stand: Stand, changes: dict[str, str], code: str) -> None:
    answer = push(stand, **changes)
    assert (answer.status_code, answer.json()["error"]) == (400, code)
    assert stand.rows("SELECT count(*) FROM pushed_requests") == [(0,)]
    assert stand.actions()[-1] == f"authorization.refused {code}"


@pytest.mark.parametrize(
    ("auth", "client_id"),
    [(None, "client"), (("client", "wrong"), "client"), (("nobody", SECRET), "nobody"), (("client", SECRET), "x")],
)
def test_stranger_pushes_nothing(stand: Stand, auth: tuple[str, str] | None, client_id: str) -> None:
    answer = push(stand, auth=auth, client_id=client_id)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert stand.rows("SELECT count(*) FROM pushed_requests") == [(0,)]


def test_public_client_pushes_by_its_name(stand: Stand) -> None:
    stand.add_client("public", authentication="none")
    pkce = {"code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "code_challenge_method": "S256"}
    assert push(stand, auth=None, client_id="public", **pkce).status_code == 201


def test_secret_of_the_client_is_no_parameter_of_the_request(stand: Stand) -> None:
    stand.add_client("poster", authentication="client_secret_post")
    assert push(stand, auth=None, client_id="poster", client_secret=SECRET).status_code == 201


def test_only_a_posted_form_is_taken(stand: Stand) -> None:
    address = f"{stand.issuer}/oauth2/par"
    assert stand.http().get(address).status_code == 405
    assert stand.http().post(f"{address}?scope=openid", data=GOOD, auth=("client", SECRET)).status_code == 400
    assert stand.http().post(address, json=GOOD, auth=("client", SECRET)).status_code == 400


def test_client_that_said_it_would_push_must_push(stand: Stand) -> None:
    stand.add_client("pusher", require_pushed_requests=True)
    browser = stand.browser().open(stand.authorize_url(client_id="pusher"))
    assert answer_of(browser)["error"] == "invalid_request"
    request_uri = reference(stand, auth=("pusher", SECRET))  # type: ignore[arg-type]
    assert "sign-in" in stand.browser().open(bring(stand, request_uri, "pusher")).forms()


def test_signed_request_object_may_be_pushed_and_comes_once(stand: Stand) -> None:
    key = make_key("ES256")
    stand.add_client("signer", jwks=public_set(key))
    claims = GOOD | {"iss": "signer", "aud": stand.issuer, "client_id": "signer", "jti": "one", "exp": Stand.START + 60}
    form = {"request": signed(key, claims, algorithm="ES256")}
    address = f"{stand.issuer}/oauth2/par"
    assert stand.http().post(address, data=form, auth=("signer", SECRET)).status_code == 201
    again = stand.http().post(address, data=form, auth=("signer", SECRET))
    assert (again.status_code, again.json()["error"]) == (400, "invalid_request_object")


def test_reference_may_be_brought_by_a_form_of_the_client(stand: Stand) -> None:
    browser = stand.browser()
    form = {"client_id": "client", "request_uri": reference(stand)}
    browser.answer = browser.session.post(f"{stand.issuer}/oauth2/authorize", data=form)
    stand.sign_in(browser).submit("consent", "allow")
    assert answer_of(browser)["state"] == "pushed state"


def test_what_was_pushed_is_not_readable_in_the_database(stand: Stand) -> None:
    request_uri = reference(stand, login_hint="vera@example.test")
    dump = repr(stand.rows("SELECT * FROM pushed_requests"))
    assert "vera@example.test" not in dump
    assert request_uri.rpartition(":")[2] not in dump
