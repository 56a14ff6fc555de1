"""What Authlib is lax about, or leaves to whoever builds on it, is strict here: one test for each trap.

The traps stand in the order of the stack's notes: PKCE, lifetimes, storage, rotation, client authentication, assertions,
ID tokens of refreshing, response modes, pushed requests, request objects, codes, introspection and RFC 9207.
"""

from typing import Any

import pytest
import requests
from joserfc.jwk import Key, OctKey

from tests.idp.clients.registrant import (
    BELIEVED,
    NOT_BELIEVED,
    assertion_data,
    claims_of,
    error_of,
    register,
    try_to_authenticate,
)
from tests.idp.signing import make_key, public_set, signed
from tests.idp.stand import CALLBACK, ISSUER, SECRET, VERIFIER, Stand, Tokens, answer_of, challenge

REFRESHING = ("refreshing", SECRET)
GRANTS = ("authorization_code", "refresh_token")


@pytest.fixture
def refreshing(stand: Stand) -> Stand:
    stand.add_client("refreshing", grant_types=GRANTS)
    return stand


def obtain(stand: Stand, *, scope: str = "openid profile", acr_values: str | None = None) -> Tokens:
    code = stand.obtain_code(client_id="refreshing", scope=scope, acr_values=acr_values)
    return stand.redeem(code, auth=REFRESHING)


def refresh(stand: Stand, token: object, **parameters: str) -> Tokens:
    data = {"grant_type": "refresh_token", "refresh_token": str(token)} | parameters
    answer = stand.http().post(f"{ISSUER}/oauth2/token", data=data, auth=REFRESHING)
    return Tokens(answer.status_code, answer.json())


def error_at(stand: Stand, **parameters: str | None) -> str:
    """The error of an authorization request that nobody has to see."""
    return answer_of(stand.browser().open(stand.authorize_url(**parameters)))["error"]


# PKCE: Authlib asks public clients only, at the token endpoint only, and takes `plain`.


@pytest.mark.parametrize("authentication", ["client_secret_basic", "none"])
def test_client_that_must_use_pkce_gets_no_code_without_it(stand: Stand, authentication: str) -> None:
    stand.add_client("careful", authentication=authentication, require_pkce=authentication != "none")
    assert error_at(stand, client_id="careful") == "invalid_request"


@pytest.mark.parametrize("method", ["plain", None, "s256", "S512"])
def test_other_challenges_than_s256_are_refused_for_every_client(stand: Stand, method: str | None) -> None:
    assert error_at(stand, code_challenge=VERIFIER, code_challenge_method=method) == "invalid_request"


@pytest.mark.parametrize("wrong", ["", "w" * 43, challenge()])
def test_confidential_client_that_began_with_pkce_has_to_end_with_it(stand: Stand, wrong: str) -> None:
    code = stand.obtain_code(code_challenge=challenge(), code_challenge_method="S256")
    assert stand.redeem(code).status == 400
    assert stand.redeem(code, code_verifier=wrong).status == 400
    assert stand.redeem(code, code_verifier=VERIFIER).status == 200


# Lifetimes: Authlib's access tokens live for ten days.


def test_access_tokens_of_both_grants_live_for_ten_minutes(refreshing: Stand) -> None:
    first = obtain(refreshing)
    for tokens in (first, refresh(refreshing, first.body["refresh_token"])):
        claims = refreshing.verified(str(tokens.body["access_token"])).claims
        assert (tokens.body["expires_in"], claims["exp"] - claims["iat"]) == (600, 600)


# Storage: Authlib's models hold tokens and codes in plain text, and the access token in 255 characters.


@pytest.mark.parametrize("stand", ["sqlite"], indirect=True)
def test_nothing_that_opens_anything_is_stored_in_plain_text(refreshing: Stand) -> None:
    code = refreshing.obtain_code(client_id="refreshing")
    first = refreshing.redeem(code, auth=REFRESHING)
    second = refresh(refreshing, first.body["refresh_token"])
    given = [code, *(str(tokens.body[name]) for tokens in (first, second) for name in ("access_token", "refresh_token"))]
    files = [file for file in refreshing.settings.var_folder.rglob("*") if file.is_file()]
    content = b"".join(file.read_bytes() for file in files)
    assert b"refreshing" in content
    for secret in (*given, *(token.rpartition(".")[2] for token in given), SECRET):
        assert secret.encode() not in content


def test_longest_access_token_fits_wherever_it_is_kept(refreshing: Stand) -> None:
    everything = "openid profile email address phone fullname birthdate gender snils inn mobile registry.read offline_access"
    tokens = obtain(refreshing, scope=everything, acr_values="substantial")
    assert len(str(tokens.body["access_token"])) > 255
    assert refreshing.introspect(str(tokens.body["access_token"]), auth=REFRESHING).json()["active"] is True


# Rotation: Authlib returns no new refresh token, and the reuse of an old one ends nothing.


def test_refresh_token_is_new_at_every_use_and_reuse_ends_the_family(refreshing: Stand) -> None:
    first = obtain(refreshing)
    second = refresh(refreshing, first.body["refresh_token"])
    assert second.body["refresh_token"] != first.body["refresh_token"]
    assert refresh(refreshing, first.body["refresh_token"]).body["error"] == "invalid_grant"
    assert refresh(refreshing, second.body["refresh_token"]).body["error"] == "invalid_grant"
    assert refreshing.userinfo(str(second.body["access_token"])).status_code == 401


# Client authentication: Authlib's grants accept a method that the client did not register.

METHODS = ("client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none")
KEY = make_key("ES256")


def present(stand: Stand, client: dict[str, Any], method: str, *, algorithm: str = "ES256") -> requests.Response:
    """Come to the token endpoint by a method, with everything that it takes."""
    client_id, secret = client["client_id"], str(client.get("client_secret", SECRET))
    if method == "client_secret_basic":
        return try_to_authenticate(stand, client, auth=(client_id, secret))
    if method == "client_secret_post":
        return try_to_authenticate(stand, client, data={"client_id": client_id, "client_secret": secret})
    if method == "none":
        return try_to_authenticate(stand, client, data={"client_id": client_id})
    key: Key = KEY if method == "private_key_jwt" else OctKey.import_key(secret)
    assertion = signed(key, claims_of(stand, client), algorithm="HS256" if method == "client_secret_jwt" else algorithm)
    return try_to_authenticate(stand, client, data=assertion_data(assertion))


@pytest.mark.parametrize("registered", METHODS)
def test_client_is_believed_by_the_method_it_registered_and_by_no_other(stand: Stand, registered: str) -> None:
    client = register(stand, token_endpoint_auth_method=registered, jwks=public_set(KEY))
    answers = {method: error_of(present(stand, client, method)) for method in METHODS}
    assert answers == {method: BELIEVED if method == registered else NOT_BELIEVED for method in METHODS}


def test_two_methods_at_once_are_refused(stand: Stand) -> None:
    client = register(stand)
    pair = (client["client_id"], client["client_secret"])
    answer = try_to_authenticate(stand, client, auth=pair, data={"client_id": pair[0], "client_secret": pair[1]})
    assert error_of(answer) == (400, "invalid_request")


# Assertions: Authlib decodes them without a list of algorithms, so PS256 and EdDSA fail, and names the method otherwise.


@pytest.mark.parametrize("registered", [True, False])
@pytest.mark.parametrize("made", ["PS256", "EdDSA"])
def test_assertions_of_modern_algorithms_are_believed_once(stand: Stand, made: str, registered: bool) -> None:
    key = make_key(made)
    terms = {"token_endpoint_auth_signing_alg": made} if registered else {}
    client = register(stand, token_endpoint_auth_method="private_key_jwt", jwks=public_set(key), **terms)
    data = assertion_data(signed(key, claims_of(stand, client), algorithm=made))
    assert error_of(try_to_authenticate(stand, client, data=data)) == BELIEVED
    assert error_of(try_to_authenticate(stand, client, data=data)) == NOT_BELIEVED


def test_methods_have_their_registered_names(stand: Stand) -> None:
    document = stand.http().get(f"{ISSUER}/.well-known/openid-configuration").json()
    assert document["token_endpoint_auth_methods_supported"] == list(METHODS)
    assert document["token_endpoint_auth_signing_alg_values_supported"]


# ID tokens: Authlib gives none with a refresh.


def test_refreshing_gives_an_id_token_where_openid_is_asked_for(refreshing: Stand) -> None:
    first = obtain(refreshing)
    second = refresh(refreshing, first.body["refresh_token"], scope="openid")
    before, after = (refreshing.verified(str(tokens.body["id_token"])).claims for tokens in (first, second))
    assert [after[name] for name in ("iss", "sub", "aud", "auth_time", "sid")] == [
        before[name] for name in ("iss", "sub", "aud", "auth_time", "sid")
    ]


# Response modes: Authlib's code grant answers form_post with a plain redirect, and its page is an inline script.


def test_form_post_is_a_page_that_posts_and_holds_nothing_inline(stand: Stand) -> None:
    browser = stand.browser()
    stand.obtain_code(browser)
    browser.open(stand.authorize_url(response_mode="form_post"))
    form = browser.forms()["answer"]
    assert (browser.status, form.action, form.method) == (200, CALLBACK, "post")
    assert form.values.keys() >= {"code", "state", "iss"}
    assert "code=" not in browser.url
    assert browser.answer.text.count("<script") == browser.answer.text.count("<script src=")
    assert "unsafe-inline" not in browser.answer.headers["Content-Security-Policy"]


# Pushed requests: Authlib takes the reference for a request object's where the two are plugged in in the wrong order.


def test_pushed_request_and_request_object_go_together(stand: Stand) -> None:
    stand.add_client("signer", jwks=public_set(KEY))
    inside = {"response_type": "code", "client_id": "signer", "redirect_uri": CALLBACK, "scope": "openid", "state": "inner"}
    pushed = signed(KEY, {"iss": "signer", "aud": ISSUER, **inside}, algorithm="ES256")
    answer = stand.http().post(f"{ISSUER}/oauth2/par", data={"request": pushed}, auth=("signer", SECRET))
    assert answer.status_code == 201, answer.text
    reference = {"client_id": "signer", "request_uri": answer.json()["request_uri"]}
    page = stand.browser().open(f"{ISSUER}/oauth2/authorize", params=reference)
    stand.sign_in(page).submit("consent", "allow")
    assert answer_of(page)["state"] == "inner"


# Request objects: Authlib looks at client_id alone, and at exp where there is one.


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "https://another.test"},
        {"aud": None},
        {"aud": [f"{ISSUER}/"]},
        {"iss": "another"},
        {"iss": None},
        {"sub": "signer"},
        {"exp": Stand.START - 61},
        {"exp": "never"},
        {"nbf": Stand.START + 61},
    ],
)
def test_signed_object_that_is_not_from_this_client_to_us_now_is_refused(stand: Stand, changes: dict[str, Any]) -> None:
    stand.add_client("signer", jwks=public_set(KEY))
    assert "sign-in" in stand.browser().open(stand.authorize_url(client_id="signer", request=object_of(stand))).forms()
    assert error_at(stand, client_id="signer", request=object_of(stand, **changes)) == "invalid_request_object"


def test_signed_object_comes_once_if_it_has_a_name_even_without_an_end(stand: Stand) -> None:
    # An end cannot be demanded: OpenID Connect Core 1.0, 6.1 does not, and the certification suite's objects have none.
    stand.add_client("signer", jwks=public_set(KEY))
    endless = object_of(stand, exp=None, jti="one")
    assert "sign-in" in stand.browser().open(stand.authorize_url(client_id="signer", request=endless)).forms()
    stand.clock.advance(3600)
    assert error_at(stand, client_id="signer", request=endless) == "invalid_request_object"


def object_of(stand: Stand, **changes: Any) -> str:
    claims = {"iss": "signer", "aud": stand.issuer, "exp": Stand.START + 60, "response_type": "code", "redirect_uri": CALLBACK}
    whole = claims | {"client_id": "signer", "scope": "openid"} | changes
    return signed(KEY, {name: value for name, value in whole.items() if value is not None}, algorithm="ES256")


# Codes: Authlib deletes a redeemed code, so that nobody can see that it comes again.


def test_code_that_comes_again_is_seen_and_ends_what_it_gave(refreshing: Stand) -> None:
    code = refreshing.obtain_code(client_id="refreshing")
    first = refreshing.redeem(code, auth=REFRESHING)
    again = refreshing.redeem(code, auth=REFRESHING)
    assert (again.status, again.body["error"]) == (400, "invalid_grant")
    assert refreshing.userinfo(str(first.body["access_token"])).status_code == 401
    assert refresh(refreshing, first.body["refresh_token"]).body["error"] == "invalid_grant"
    assert any(action.startswith("authorization.replayed") for action in refreshing.actions())


# Introspection: who may ask is the builder's business.


def test_token_is_active_for_its_client_and_its_resource_and_for_nobody_else(stand: Stand) -> None:
    stand.add_client("stranger")
    stand.add_client("public", authentication="none", require_pkce=True)
    token = stand.tokens(scope="openid registry.read")["access_token"]
    assert stand.introspect(token).json()["active"] is True
    assert stand.introspect(token, auth=("registry", "registry secret")).json()["active"] is True
    assert stand.introspect(token, auth=("stranger", SECRET)).json() == {"active": False}
    assert stand.introspect(token, auth=None).status_code == 401
    unproved = stand.http().post(f"{ISSUER}/oauth2/introspect", data={"token": token, "client_id": "public"})
    assert unproved.status_code == 401


# RFC 9207: Authlib adds the issuer where it is plugged in; here it stands on every answer.


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "unheard"}, "invalid_scope"),
        ({"prompt": "none"}, "login_required"),
        ({"request": "junk"}, "invalid_request_object"),
        ({"registration": "{}"}, "registration_not_supported"),
        ({"code_challenge": VERIFIER, "code_challenge_method": "plain"}, "invalid_request"),
    ],
)
def test_errors_name_their_issuer(stand: Stand, parameters: dict[str, str | None], error: str) -> None:
    answer = answer_of(stand.browser().open(stand.authorize_url(**parameters)))
    assert (answer["error"], answer["iss"], answer["state"]) == (error, ISSUER, "the state")


def test_refusal_of_the_person_names_its_issuer(stand: Stand) -> None:
    page = stand.sign_in(stand.browser().open(stand.authorize_url()))
    answer = answer_of(page.submit("consent", "deny"))
    assert (answer["error"], answer["iss"]) == ("access_denied", ISSUER)
