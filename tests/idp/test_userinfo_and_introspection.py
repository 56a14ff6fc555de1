"""Access tokens that come back: at userinfo (RFC 6750) and at introspection (RFC 7662)."""

import base64
import json

import pytest

from tests.idp.stand import ISSUER, SECRET, Stand

USERINFO = f"{ISSUER}/oauth2/userinfo"
REGISTRY = ("registry", "registry secret")


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def encoded(part: object) -> str:
    data = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


JUNK_TOKENS = [
    "junk", "..", "a.b.c", "....", "x" * 8193, "é", "{}",
    *(f"{encoded(header)}.{encoded({'sub': '1'})}.AAAA" for header in (
        [], 5, None, "x", {}, {"alg": 5}, {"alg": "none"}, {"alg": "HS256"}, {"alg": "ES256", "crit": 5},
        {"alg": "ES256", "crit": ["b64"]},
        {"alg": "ES256", "kid": {}}, {"alg": "ES256", "kid": "../../etc/passwd"}, {"alg": "ES256", "kid": "' OR 1=1 --"},
        {"alg": "ES256", "kid": "k" * 5000}, {"alg": "ES256", "kid": "deleted"}, b"\xff\xfe", b"[" * 3000,
    )),
    f"{encoded({'alg': 'none'})}.{encoded({'iss': ISSUER})}.",
]  # fmt: skip


def test_userinfo_answers_by_get_by_post_with_the_header_and_by_post_with_the_form(stand: Stand) -> None:
    token, http = stand.tokens()["access_token"], stand.http()
    answers = [
        http.get(USERINFO, headers=bearer(token)),
        http.post(USERINFO, headers=bearer(token)),
        http.post(USERINFO, data={"access_token": token}),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert answers[0].json() == answers[1].json() == answers[2].json()
    assert answers[0].headers["Cache-Control"] == "no-store"


def test_jw_08_subject_of_userinfo_is_that_of_the_id_token(stand: Stand) -> None:
    tokens = stand.tokens()
    assert stand.userinfo(tokens["access_token"]).json()["sub"] == stand.verified(tokens["id_token"]).claims["sub"]


def test_token_sent_both_ways_at_once_is_a_bad_request(stand: Stand) -> None:
    token = stand.tokens()["access_token"]
    answer = stand.http().post(USERINFO, data={"access_token": token}, headers=bearer(token))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_token_in_the_query_is_not_read(stand: Stand) -> None:
    token = stand.tokens()["access_token"]
    assert stand.http().get(f"{USERINFO}?access_token={token}").status_code == 401


def test_without_a_token_there_is_a_bare_challenge(stand: Stand) -> None:
    answer = stand.http().get(USERINFO)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="propusk"', "no error code for a missing token (RFC 6750, 3.1)"


@pytest.mark.parametrize("number", range(len(JUNK_TOKENS)))
def test_jw_13_junk_is_invalid_at_every_place_a_token_can_be_sent(stand: Stand, number: int) -> None:
    token = JUNK_TOKENS[number]
    answer = stand.http().post(USERINFO, data={"access_token": token})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    assert stand.introspect(token).json() == {"active": False}
    assert stand.http().get(f"{ISSUER}/oauth2/logout", params={"id_token_hint": token}).status_code == 400
    hinted = stand.browser().open(stand.authorize_url(id_token_hint=token))
    assert "error=invalid_request" in hinted.url


def test_jw_04_token_that_ran_out_is_invalid(stand: Stand) -> None:
    token = stand.tokens()["access_token"]
    stand.clock.advance(599)
    assert stand.userinfo(token).status_code == 200
    stand.clock.advance(1)
    assert stand.userinfo(token).status_code == 401
    assert stand.introspect(token).json() == {"active": False}


def test_jw_04_token_for_another_audience_is_invalid_at_userinfo(stand: Stand) -> None:
    token = stand.tokens(scope="registry.read")["access_token"]
    assert stand.userinfo(token).json()["error"] == "invalid_token"


def test_token_without_openid_is_insufficient(stand: Stand) -> None:
    answer = stand.userinfo(stand.tokens(scope="snils")["access_token"])
    assert (answer.status_code, answer.json()["error"]) == (403, "insufficient_scope")
    assert 'scope="openid"' in answer.headers["WWW-Authenticate"]


def test_id_token_is_no_access_token(stand: Stand) -> None:
    stand.add_client("typed", id_token_algorithm="ES256")
    token = str(stand.redeem(stand.obtain_code(client_id="typed"), auth=("typed", SECRET)).body["id_token"])
    assert stand.userinfo(token).status_code == 401
    assert stand.introspect(token, auth=("typed", SECRET)).json() == {"active": False}


def test_tk_18_disabled_person_is_told_to_nobody(stand: Stand) -> None:
    token = stand.tokens(scope="openid registry.read")["access_token"]
    stand.execute("UPDATE citizens SET disabled_at = 1")
    assert stand.userinfo(token).status_code == 401
    assert stand.introspect(token, auth=REGISTRY).json() == {"active": False}


def test_resource_learns_of_its_token_whose_it_is(stand: Stand) -> None:
    token = stand.tokens(scope="openid registry.read")["access_token"]
    answer = stand.introspect(token, auth=REGISTRY).json()
    assert answer["active"] is True
    assert answer["token_type"] == "Bearer"
    assert (answer["snils"], answer["birthdate"]) == ("000-000-017 00", "1984-02-14")
    assert answer["sub"] == stand.citizen("vera@example.test")
    assert answer["client_id"] == "client"
    assert "registry.read" in answer["scope"].split()


def test_client_learns_that_its_own_token_is_active_but_no_identity(stand: Stand) -> None:
    answer = stand.introspect(stand.tokens(scope="openid registry.read")["access_token"]).json()
    assert answer["active"] is True
    assert not {"snils", "birthdate"} & answer.keys()


@pytest.mark.parametrize("auth", [REGISTRY, ("other", SECRET)])
def test_tk_16_token_meant_for_somebody_else_is_not_active(stand: Stand, auth: tuple[str, str]) -> None:
    stand.add_client("other")
    assert stand.introspect(stand.tokens()["access_token"], auth=auth).json() == {"active": False}


@pytest.mark.parametrize("auth", [None, ("client", "wrong"), ("nobody", SECRET), ("public", "")])
def test_tk_16_introspection_without_client_authentication_is_401(stand: Stand, auth: tuple[str, str] | None) -> None:
    stand.add_client("public", authentication="none")
    answer = stand.introspect(stand.tokens()["access_token"], auth=auth)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert "WWW-Authenticate" in answer.headers


def test_public_client_cannot_introspect_by_naming_itself(stand: Stand) -> None:
    stand.add_client("public", authentication="none")
    data = {"token": stand.tokens()["access_token"], "client_id": "public"}
    assert stand.http().post(f"{ISSUER}/oauth2/introspect", data=data).status_code == 401


def test_introspection_without_a_token_is_a_bad_request(stand: Stand) -> None:
    answer = stand.introspect("")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_hint_about_the_type_changes_nothing(stand: Stand) -> None:
    data = {"token": stand.tokens()["access_token"], "token_type_hint": "refresh_token"}
    assert stand.http().post(f"{ISSUER}/oauth2/introspect", data=data, auth=("client", SECRET)).json()["active"] is True
