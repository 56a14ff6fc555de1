"""C09: signing in without a browser is the sign-in of the pages, answered by a test."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
import requests

from idp.authentication.methods import METHODS
from idp.authentication.methods.one_time_code.method import OneTimeCodeMethod
from idp.control.proofs import PROOFS
from tests.idp.stand import CALLBACK, CONTROL, CONTROL_TOKEN, VERIFIER, Stand, answer_of, challenge

BEARER = {"Authorization": f"Bearer {CONTROL_TOKEN}"}
VERA, PYOTR = "vera@example.test", "pyotr@example.test"
CODE = "code"
BOTH = [{"name": "password"}, {"name": CODE}]


def ask(stand: Stand, path: str = "/login", **body: Any) -> requests.Response:
    return stand.control().session.post(f"{CONTROL}{path}", json=body, headers=BEARER)


def login(stand: Stand, person: str = VERA, **body: Any) -> dict[str, Any]:
    answer = ask(stand, person=person, **body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def for_client(**parameters: str | int) -> dict[str, str | int]:
    return {"client_id": "client", **parameters}


def scripted(method: str, script: str) -> list[dict[str, str]]:
    return [{"name": method, "script": script}]


def problem(answer: requests.Response, status: int) -> Mapping[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    return dict(answer.json())


def test_c09_headless_login_gives_tokens_that_verify_against_the_published_keys(stand: Stand) -> None:
    asked = for_client(scope="openid profile", nonce="the nonce", state="the state")
    answer = login(stand, into="tokens", acr_values="substantial", authorization=asked)
    assert (answer["outcome"], answer["acr"], answer["amr"]) == ("done", "substantial", ["pwd", "otp", "sms", "mfa"])
    id_token, access_token = (stand.verified(answer["tokens"][name]) for name in ("id_token", "access_token"))
    assert id_token.claims["sub"] == access_token.claims["sub"] == answer["person_id"] == stand.citizen(VERA)
    assert (id_token.claims["aud"], id_token.claims["nonce"], id_token.claims["acr"]) == ("client", "the nonce", "substantial")
    assert id_token.claims["sid"] == answer["sid"]
    assert stand.userinfo(answer["tokens"]["access_token"]).json()["given_name"] == "Вера"


def test_session_of_a_headless_login_is_a_browsers_session(stand: Stand) -> None:
    answer = login(stand)
    assert answer["outcome"] == "done" and answer["acr"] == "low" and "tokens" not in answer
    browser = stand.browser()
    for cookie in answer["cookies"]:
        assert (cookie["path"], cookie["same_site"], cookie["secure"]) == ("/", "Lax", False)
        browser.session.cookies.set(cookie["name"], cookie["value"], domain="localhost.local", path=cookie["path"])
    assert [cookie["name"] for cookie in answer["cookies"] if cookie["http_only"]] == ["idp_session"]
    assert "consent" in browser.open(stand.authorize_url()).forms(), "nobody is asked for a password again"
    browser.submit("consent", "allow")
    silent = answer_of(browser.open(stand.authorize_url(prompt="none")))
    assert stand.verified(str(stand.redeem(silent["code"]).body["id_token"])).claims["sid"] == answer["sid"]


def test_cookies_are_those_that_the_pages_set(stand: Stand) -> None:
    browser = stand.browser().open(stand.authorize_url())
    stand.sign_in(browser)
    by_pages = {
        cookie.name: (cookie.path, cookie.secure, cookie.has_nonstandard_attr("HttpOnly")) for cookie in browser.session.cookies
    }
    headless = {cookie["name"]: (cookie["path"], cookie["secure"], cookie["http_only"]) for cookie in login(stand)["cookies"]}
    assert headless.items() <= by_pages.items()


def test_rows_and_journal_are_those_of_a_sign_in_by_pages(stand: Stand) -> None:
    tables = (
        "sign_in_attempts", "one_time_codes", "sessions", "interactions", "consents", "token_families", "authorization_codes",
        "outbox", "journal",
    )  # fmt: skip

    def count() -> list[object]:
        return [stand.rows(f"SELECT count(*) FROM {table}")[0][0] for table in tables]  # noqa: S608

    begun, rows = len(stand.events()), count()
    stand.tokens(acr_values="substantial")
    by_pages = stand.events()[begun:]
    more = [after - before for before, after in zip(rows, count(), strict=True)]  # type: ignore[operator]
    stand.execute("DELETE FROM consents")
    begun, rows = len(stand.events()), count()
    password = "romashka-17"
    login(stand, into="tokens", password=password, authorization=for_client(scope="openid profile", acr_values="substantial"))
    headless = stand.events()[begun:]
    assert [after - before for before, after in zip(rows, count(), strict=True)] == more  # type: ignore[operator]
    assert [told(event) for event in headless] == [told(event) for event in by_pages]
    assert all(json.loads(str(event["detail"])).get("made_by") == "test api" for event in headless)
    assert not any("made_by" in str(event["detail"]) for event in by_pages)


def told(event: Mapping[str, object]) -> tuple[object, ...]:
    """What a row of the journal says, but for names that are drawn, and for the address that only a browser has."""
    left_out = ("made_by", "family", "from")
    detail = {name: value for name, value in json.loads(str(event["detail"])).items() if name not in left_out}
    return event["action"], event["outcome"], event["actor"], str(event["object"]).partition(":")[0], detail


@pytest.mark.parametrize("name", ["+70000000017", "80000000017", VERA, "000-000-017 00", "id"])
def test_person_is_named_by_whatever_names_them(stand: Stand, name: str) -> None:
    vera = stand.citizen(VERA)
    assert login(stand, vera if name == "id" else name)["person_id"] == vera


def test_person_whose_record_asks_for_two_factors_gives_two(stand: Stand) -> None:
    answer = login(stand, PYOTR)
    assert (answer["acr"], answer["amr"]) == ("substantial", ["pwd", "otp", "sms", "mfa"])
    assert len(stand.sms()) == 1


def test_named_method_is_used_though_nobody_else_asks_for_it(stand: Stand) -> None:
    assert login(stand, methods=BOTH)["acr"] == "substantial"
    assert login(stand, methods=[{"name": CODE}])["acr"] == "substantial"
    assert login(stand, methods=[{"name": "password"}])["acr"] == "low"
    assert login(stand, methods=BOTH, acr_values="low")["acr"] == "low"


def test_password_that_is_given_is_checked(stand: Stand) -> None:
    assert login(stand, password="romashka-17")["outcome"] == "done"
    refused = login(stand, password="romashka-18")
    assert (refused["outcome"], refused["reason"], refused["cookies"]) == ("refused", "wrong_pair", [])
    assert "sid" not in refused
    assert stand.actions()[-1] == "password.checked refused"


@pytest.mark.parametrize(
    ("method", "script", "outcome", "reason", "actions"),
    [
        (CODE, "right", "done", None, ["code.checked"]),
        (CODE, "wrong_then_right", "done", None, ["code.checked wrong", "code.checked"]),
        (CODE, "wrong", "refused", "wrong", ["code.checked wrong"]),
        (CODE, "time_out", "refused", "expired", ["code.checked expired"]),
        ("password", "right", "done", None, ["password.checked"]),
        ("password", "wrong_then_right", "done", None, ["password.checked refused", "password.checked"]),
        ("password", "wrong", "refused", "wrong_pair", ["password.checked refused"]),
        ("password", "time_out", "refused", "attempt_gone", []),
    ],
)
def test_script_is_judged_by_the_method_itself(
    stand: Stand, method: str, script: str, outcome: str, reason: str | None, actions: list[str]
) -> None:
    answer = login(stand, methods=scripted(method, script))
    assert (answer["outcome"], answer.get("reason")) == (outcome, reason)
    assert [action for action in stand.actions() if action.startswith(f"{method}.checked")] == actions
    assert ("sid" in answer) == (outcome == "done") == bool(answer["cookies"])


@pytest.mark.parametrize("script", ["right", "wrong_then_right", "wrong", "time_out"])
def test_every_script_works_on_the_way_to_a_client_too(stand: Stand, script: str) -> None:
    answer = login(stand, methods=scripted(CODE, script), into="tokens", authorization=for_client())
    assert (answer["outcome"] == "done") == ("tokens" in answer) == (script in ("right", "wrong_then_right"))


def test_wrong_code_costs_a_try(stand: Stand) -> None:
    login(stand, methods=scripted(CODE, "wrong_then_right"))
    login(stand, methods=scripted(CODE, "wrong"))
    assert stand.rows("SELECT tries, ended_because FROM one_time_codes ORDER BY tries DESC") == [(2, "used"), (1, None)]


def test_time_out_leaves_the_stands_clock_where_it_is(stand: Stand) -> None:
    now = stand.clock.now()
    login(stand, methods=scripted(CODE, "time_out"))
    assert stand.clock.now() == now
    assert stand.rows("SELECT ended_because, ended_at - sent_at FROM one_time_codes") == [("expired", 301)]
    assert [event["at"] for event in stand.events() if event["action"] == "code.checked"] == [now + 301]
    with stand.realm.database.read() as connection:
        assert stand.realm.journal.verify(connection) == []


def test_as_many_codes_an_hour_as_the_settings_allow(stand: Stand) -> None:
    strict = Stand(stand.settings.home, stand.clock, database_url=stand.settings.database_url, codes_per_hour=1)
    assert login(strict, PYOTR)["outcome"] == "done"
    assert login(strict, PYOTR)["reason"] == "too_soon"
    strict.close()


def test_code_is_the_one_of_this_sign_in_though_another_was_sent_to_the_same_phone_since(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tests that run side by side sign in as the same person."""
    honest, others = OneTimeCodeMethod.begin, []

    def begin_and_let_another_in(*arguments: Any) -> None:
        honest(*arguments)
        if len(stand.sms()) == 1:
            others.append(login(stand, PYOTR))

    monkeypatch.setattr(OneTimeCodeMethod, "begin", begin_and_let_another_in)
    assert login(stand, PYOTR)["outcome"] == "done"
    assert [other["outcome"] for other in others] == ["done"]
    assert [action for action in stand.actions() if action.startswith("code.checked")] == ["code.checked", "code.checked"]


def test_every_method_has_a_proof() -> None:
    assert set(PROOFS) == {method.name for method in METHODS}


def test_code_goes_where_the_client_waits_for_it(stand: Stand) -> None:
    answer = login(
        stand, into="code", authorization=for_client(state="the state", code_challenge=challenge(), code_challenge_method="S256")
    )
    assert answer["redirect_to"].startswith(f"{CALLBACK}?code={answer['code']}&")
    assert answer["state"] == "the state"
    assert "tokens" not in answer
    assert stand.redeem(answer["code"]).status == 400
    assert stand.redeem(answer["code"], code_verifier=VERIFIER).status == 200


def test_answer_by_form_post_is_given_as_the_fields_of_its_form(stand: Stand) -> None:
    answer = login(stand, into="code", authorization=for_client(response_mode="form_post"))
    assert (answer["redirect_to"], answer["form"]["code"]) == (CALLBACK, answer["code"])


def test_client_that_requires_pkce_is_given_it_for_tokens_and_asked_for_it_for_a_code(stand: Stand) -> None:
    stand.add_client("public", authentication="none")
    assert "id_token" in login(stand, into="tokens", authorization={"client_id": "public"})["tokens"]
    refused = login(stand, into="code", authorization={"client_id": "public"})
    assert (refused["outcome"], refused["reason"]) == ("refused", "invalid_request")
    assert "error=invalid_request" in refused["redirect_to"]
    assert "sid" not in refused, "nobody is asked to sign in for it"


@pytest.mark.parametrize(("code_verifier", "status"), [(VERIFIER, 200), ("w" * 43, 400), (None, 400)])
def test_challenge_of_the_caller_is_met_at_the_token_endpoint(stand: Stand, code_verifier: str | None, status: int) -> None:
    asked = for_client(code_challenge=challenge(), code_challenge_method="S256")
    answer = ask(
        stand, person=VERA, into="tokens", authorization=asked | ({"code_verifier": code_verifier} if code_verifier else {})
    )
    assert answer.status_code == status
    if status != 200:
        assert problem(answer, status)["error"] in ("invalid_grant", "invalid_request")


def test_pairwise_client_knows_the_person_by_another_name(stand: Stand) -> None:
    stand.add_client("pairwise", subject_type="pairwise", sector="localhost")
    answer = login(stand, into="tokens", authorization={"client_id": "pairwise"})
    subject = stand.verified(answer["tokens"]["id_token"]).claims["sub"]
    assert subject != answer["person_id"] == stand.citizen(VERA)


def test_client_that_proves_itself_by_a_key_needs_no_proof_here(stand: Stand) -> None:
    stand.add_client(
        "signing", authentication="private_key_jwt", secret_hash=None, grant_types=("authorization_code", "refresh_token")
    )
    tokens = login(stand, into="tokens", authorization={"client_id": "signing"})["tokens"]
    assert {"access_token", "id_token", "refresh_token"} <= tokens.keys()


@pytest.mark.parametrize(
    "wish", [{"prompt": "login"}, {"max_age": 0}, {"max_age": "3600"}, {"prompt": "consent"}, {"login_hint": "x"}]
)
def test_wishes_of_a_request_are_met(stand: Stand, wish: dict[str, str | int]) -> None:
    for _ in range(2):
        assert login(stand, into="tokens", authorization=for_client(**wish))["outcome"] == "done"


def test_nobody_is_signed_in_when_a_request_must_not_disturb(stand: Stand) -> None:
    refused = login(stand, into="code", authorization=for_client(prompt="none"))
    assert (refused["outcome"], refused["reason"]) == ("refused", "login_required")
    assert "error=login_required" in refused["redirect_to"]


def test_person_who_says_no_is_told_to_the_client(stand: Stand) -> None:
    refused = login(stand, into="tokens", consent="deny", authorization=for_client(state="the state"))
    assert (refused["outcome"], refused["reason"], refused["state"]) == ("refused", "access_denied", "the state")
    assert f"{CALLBACK}?error=access_denied" in refused["redirect_to"]
    assert refused["sid"], "who says no is signed in all the same"
    assert stand.rows("SELECT count(*) FROM token_families") == [(0,)]
    assert "consent.refused" in stand.actions()


def test_consent_is_stored_as_it_would_be_shown(stand: Stand) -> None:
    login(stand, into="code", authorization=for_client(scope="openid snils unheard"))
    assert stand.rows("SELECT client_id, scope FROM consents") == [("client", "openid snils")]


def test_unknown_person_is_a_problem(stand: Stand) -> None:
    assert problem(ask(stand, person="nobody@example.test"), 404)["type"] == "urn:propusk:problem:person_unknown"


@pytest.mark.parametrize(
    ("authorization", "error"),
    [({"client_id": "nobody"}, "invalid_client"), ({}, "invalid_client"),
     ({"client_id": "client", "redirect_uri": "http://evil.test/"}, "invalid_request")],
)  # fmt: skip
def test_request_that_no_redirect_may_answer_is_a_problem_with_its_clause(
    stand: Stand, authorization: dict[str, str], error: str
) -> None:
    refused = problem(ask(stand, person=VERA, into="code", authorization=authorization), 400)
    assert refused["error"] == error
    assert refused["clause"].startswith("RFC ")


def test_client_with_several_addresses_has_to_name_one(stand: Stand) -> None:
    stand.add_client("two", redirect_uris=(CALLBACK, f"{CALLBACK}/other"))
    refused = problem(ask(stand, person=VERA, into="code", authorization={"client_id": "two"}), 400)
    assert refused["detail"] == "redirect_uri is required"


@pytest.mark.parametrize(
    ("body", "status", "word"),
    [
        ({"methods": [{"name": "palm"}]}, 400, "method_unknown"),
        ({"methods": [{"name": CODE}, {"name": CODE}]}, 400, "method_named_twice"),
        ({"methods": [{"name": CODE, "script": "late"}]}, 422, "body_invalid"),
        ({"into": "cookie"}, 422, "body_invalid"),
        ({"unheard": 1}, 422, "body_invalid"),
        ({"authorization": {"client_id": "client"}}, 400, "authorization_unused"),
    ],
)
def test_what_cannot_be_meant_is_a_problem(stand: Stand, body: dict[str, Any], status: int, word: str) -> None:
    assert problem(ask(stand, person=VERA, **body), status)["type"] == f"urn:propusk:problem:{word}"


def test_method_that_a_person_cannot_use_is_a_problem(stand: Stand) -> None:
    stand.execute("UPDATE citizens SET phone_verified_at = NULL, email_verified_at = NULL")
    assert problem(ask(stand, person=VERA, methods=[{"name": CODE}]), 400)["type"].endswith("method_not_offered")
    assert login(stand, PYOTR)["reason"] == "access_denied", "his record asks for more than he can prove"


def test_disabled_person_does_not_get_in(stand: Stand) -> None:
    stand.execute("UPDATE citizens SET disabled_at = 1")
    assert login(stand)["reason"] == "wrong_pair"


@pytest.mark.parametrize("path", ["/login", "/mint"])
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}])
def test_lb_05_nobody_signs_in_without_the_token(stand: Stand, path: str, headers: dict[str, str]) -> None:
    answer = stand.control().session.post(f"{CONTROL}{path}", json={"person": VERA, "kind": "jwt"}, headers=headers)
    assert answer.status_code == 403
    assert stand.rows("SELECT count(*) FROM sessions") == [(0,)]
    assert "token.minted" not in stand.actions()


@pytest.mark.parametrize("path", ["/login", "/mint", "/t/some/login"])
def test_lb_05_foreign_page_signs_nobody_in(stand: Stand, path: str) -> None:
    headers = BEARER | {"Origin": "http://evil.test"}
    assert stand.control().session.post(f"{CONTROL}{path}", json={"person": VERA}, headers=headers).status_code == 403


@pytest.mark.parametrize("path", ["/login", "/mint", "/control/login", "/t/some/login"])
def test_lb_01_provider_has_no_such_path(stand: Stand, path: str) -> None:
    unknown = stand.http().post(f"{stand.issuer}/nowhere", json={"person": VERA}, headers=BEARER)
    answer = stand.http().post(f"{stand.issuer}{path}", json={"person": VERA}, headers=BEARER)
    assert answer.status_code == unknown.status_code
    assert "idp_session" not in answer.cookies
