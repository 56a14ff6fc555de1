"""The request journal through the control plane, and what it warns of."""

import threading
from typing import Any

import pytest

from idp.control import waiting
from idp.requests import journal
from tests.browser import Browser
from tests.idp.requests.reading import TOKEN_PATH, ask, operate
from tests.idp.stand import SECRET, Stand, challenge

PAR = "/oauth2/par"


def listed(stand: Stand, **query: object) -> list[dict[str, Any]]:
    status, document = operate(stand.control(), "GET", "/requests", params=query)
    assert status == 200, document
    found: list[dict[str, Any]] = document["requests"]
    return found


def grants(requests: list[dict[str, Any]]) -> list[str]:
    return [one["body"].partition("=")[2] for one in requests]


def test_request_is_shown_as_it_came_with_its_answer(stand: Stand) -> None:
    answer = stand.http().post(f"{stand.issuer}{TOKEN_PATH}?q=1", data={"grant_type": "x"}, auth=("client", SECRET))
    (one,) = listed(stand)
    assert one["id"] == answer.headers["X-Propusk-Request"]
    assert (one["method"], one["path"], one["query"], one["body"]) == ("POST", TOKEN_PATH, "q=1", "grant_type=x")
    assert (one["system"], one["status"], one["at"], one["findings"]) == ("client", 400, stand.clock.now(), [])
    assert one["headers"]["authorization"].startswith("Basic ")
    assert one["answer"]["body"] == answer.text
    assert one["answer"]["headers"]["content-type"] == "application/json"
    assert operate(stand.control(), "GET", f"/requests/{one['id']}") == (200, one)


def test_body_that_is_no_text_is_shown_in_base64(stand: Stand) -> None:
    stand.http().post(f"{stand.issuer}{TOKEN_PATH}", data=b"\xff\x00")
    (one,) = listed(stand)
    assert (one["body"], one["body_encoding"], one["answer"]["body_encoding"]) == ("/wA=", "base64", "text")


def test_requests_are_found_by_system_path_and_number(stand: Stand) -> None:
    stand.add_client("other")
    for grant in "abc":
        ask(stand, grant)
    stand.http().post(f"{stand.issuer}{PAR}", data={"client_id": "other"})
    everything = listed(stand)
    assert grants(everything) == ["a", "b", "c", "other"]
    assert listed(stand, system="other") == listed(stand, path=PAR) == everything[3:]
    assert listed(stand, after=everything[1]["number"]) == everything[2:]
    assert listed(stand, after=everything[0]["number"], limit=1) == everything[1:2]
    assert listed(stand, limit=2) == everything[2:], "without a number to begin at, the newest"
    assert listed(stand, system="client", path=PAR) == []


def test_request_is_taken_once_oldest_first(stand: Stand) -> None:
    for grant in "ab":
        ask(stand, grant)
    control = stand.control()
    taken = [operate(control, "POST", "/requests/take", json={}) for _ in range(3)]
    assert [status for status, _ in taken] == [200, 200, 404]
    assert grants([document for _, document in taken[:2]]) == ["a", "b"]
    assert taken[2][1]["type"] == "urn:propusk:problem:no_request"
    assert grants(listed(stand)) == ["a", "b"], "what is taken can still be read"


def test_request_that_another_taker_got_first_is_left_to_them(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two nodes on PostgreSQL may find the same request untaken; the conditional UPDATE gives it to one."""
    for grant in ("a", "b"):
        ask(stand, grant)
    control, looked, look = stand.control(), list[int | None](), journal.next_number
    assert grants([operate(control, "POST", "/requests/take")[1]]) == ["a"]

    def look_a_moment_too_early(*arguments: Any, **which: Any) -> int | None:
        first = listed(stand)[0]["number"]
        looked.append(first if len(looked) < 2 else look(*arguments, **which))
        return looked[-1]

    monkeypatch.setattr(journal, "next_number", look_a_moment_too_early)
    assert grants([operate(control, "POST", "/requests/take")[1]]) == ["b"]
    assert len(looked) == 3, "looked before the transaction, in it, and again when it was lost"


def test_take_looks_at_system_and_path(stand: Stand) -> None:
    stand.add_client("other")
    ask(stand, "a")
    stand.http().post(f"{stand.issuer}{PAR}", data={"client_id": "other"})
    control = stand.control()
    assert operate(control, "POST", "/requests/take", json={"system": "other", "path": TOKEN_PATH})[0] == 404
    assert operate(control, "POST", "/requests/take", json={"system": "other"})[1]["path"] == PAR
    assert operate(control, "POST", "/requests/take", json={"path": TOKEN_PATH})[1]["system"] == "client"


def test_cleared_journal_holds_nothing_that_was_answered_before(stand: Stand) -> None:
    ask(stand, "before")
    assert operate(stand.control(), "DELETE", "/requests") == (204, None)
    assert listed(stand) == []
    ask(stand, "after")
    assert grants(listed(stand)) == ["after"]


def test_reset_forgets_what_was_answered_before(stand: Stand) -> None:
    ask(stand, "before")
    assert operate(stand.control(), "POST", "/reset")[0] == 204
    assert listed(stand) == []


def kept_of(control: Browser, sandbox: str) -> list[str]:
    _, document = operate(control, "GET", f"{sandbox}/requests")
    return [one["query"] for one in document["requests"]]


def test_sandbox_has_a_journal_of_its_own_that_is_kept_and_gone_back_to(sqlite_stand: Stand) -> None:
    control = sqlite_stand.control()
    for name in ("mine", "other"):
        operate(control, "POST", "/sandboxes", json={"id": name, "seed": name})
    ask_for = f"{sqlite_stand.issuer}/t/mine/oauth2/jwks"
    sqlite_stand.http().get(f"{ask_for}?first")
    assert operate(control, "POST", "/sandboxes/mine/snapshots", json={"name": "one"})[0] == 201
    sqlite_stand.http().get(f"{ask_for}?second")
    assert kept_of(control, "/t/mine") == ["first", "second"]
    assert kept_of(control, "/t/other") == kept_of(control, "") == []
    sqlite_stand.http().get(f"{ask_for}?third")
    assert operate(control, "POST", "/sandboxes/mine/restore", json={"name": "one"})[0] == 204
    assert kept_of(control, "/t/mine") == ["first"]
    status, taken = operate(control, "POST", "/t/mine/requests/take")
    assert (status, taken["path"]) == (200, "/oauth2/jwks"), "a path is that inside the sandbox"


def test_sandbox_that_is_thrown_away_at_once_leaves_no_complaint(sqlite_stand: Stand, caplog: pytest.LogCaptureFixture) -> None:
    control = sqlite_stand.control()
    for number in range(5):
        operate(control, "POST", "/sandboxes", json={"id": f"s{number}"})
        assert sqlite_stand.http().get(f"{sqlite_stand.issuer}/t/s{number}/oauth2/jwks").status_code == 200
        assert operate(control, "DELETE", f"/sandboxes/s{number}")[0] == 204
    sqlite_stand.opened.close_all()
    assert "request journal" not in caplog.text


def test_request_that_is_not_there_is_a_problem(stand: Stand) -> None:
    assert operate(stand.control(), "GET", "/requests/nothing")[0] == 404


@pytest.mark.parametrize(("method", "path"), [("GET", "/requests"), ("POST", "/requests/take")])
def test_long_poll_answers_as_soon_as_a_request_came(
    stand: Stand, monkeypatch: pytest.MonkeyPatch, method: str, path: str
) -> None:
    waits, came, answers = threading.Event(), threading.Event(), list[Any]()

    def wait(_seconds: float) -> None:
        waits.set()
        assert came.wait(20)

    monkeypatch.setattr(waiting, "wait", wait)
    control = stand.control()
    options: dict[str, Any] = {"params": {"wait_for": 30}} if method == "GET" else {"json": {"wait_for": 30}}
    poll = threading.Thread(target=lambda: answers.append(operate(control, method, path, **options)))
    poll.start()
    assert waits.wait(20), "nothing is there yet, so the poll waits"
    ask(stand, "awaited")
    came.set()
    poll.join(20)
    ((status, document),) = answers
    assert status == 200
    assert grants(document.get("requests", [document])) == ["awaited"]


def authorize(stand: Stand, **parameters: str) -> list[dict[str, Any]]:
    """A browser brings an authorization request; what the journal finds about it."""
    stand.http().get(stand.authorize_url(**parameters), allow_redirects=False)
    return list(listed(stand)[-1]["findings"])


def test_az_16_confidential_client_without_pkce_passes_and_the_journal_warns(stand: Stand) -> None:
    assert stand.redeem(stand.obtain_code()).status == 200
    (finding,) = listed(stand, path="/oauth2/authorize")[0]["findings"]
    assert finding["code"] == "pkce_missing"
    assert "code_challenge" in finding["text"]
    assert "5.3.2.2" in finding["clause"]
    assert "10.4.6" in finding["clause"]


def test_az_16_pushed_request_without_pkce_is_warned_of_where_it_was_pushed(stand: Stand) -> None:
    parameters = {"response_type": "code", "redirect_uri": "http://localhost:9999/callback", "scope": "openid"}
    pushed = stand.http().post(f"{stand.issuer}{PAR}", data=parameters, auth=("client", SECRET)).json()
    browser_brings = f"{stand.issuer}/oauth2/authorize?client_id=client&request_uri={pushed['request_uri']}"
    stand.http().get(browser_brings, allow_redirects=False)
    assert [[finding["code"] for finding in one["findings"]] for one in listed(stand)] == [["pkce_missing"], []]


def test_az_16_challenge_is_no_reason_for_a_warning(stand: Stand) -> None:
    assert authorize(stand, code_challenge=challenge(), code_challenge_method="S256") == []


@pytest.mark.parametrize("terms", [{"require_pkce": True}, {"authentication": "none"}])
def test_az_16_client_that_must_use_pkce_is_refused_rather_than_warned(stand: Stand, terms: dict[str, object]) -> None:
    stand.add_client("strict", **terms)
    assert authorize(stand, client_id="strict") == []
    assert "error=invalid_request" in listed(stand)[-1]["answer"]["headers"]["location"]


def test_az_16_only_authorization_requests_of_known_clients_are_warned_of(stand: Stand) -> None:
    ask(stand)
    assert authorize(stand, client_id="nobody") == []
    assert [one["findings"] for one in listed(stand)] == [[], []]


@pytest.mark.parametrize("asked", ["http://localhost:9999/callback/", "https://localhost:9999/callback"])
def test_redirect_uri_that_is_refused_is_shown_beside_the_registered_one(stand: Stand, asked: str) -> None:
    """The page names neither, and somebody who forgot a slash looked for it for long."""
    (finding,) = authorize(stand, redirect_uri=asked, code_challenge=challenge(), code_challenge_method="S256")
    assert finding["code"] == "redirect_uri_not_registered"
    assert f"redirect_uri is {asked}, and registered is http://localhost:9999/callback." in finding["text"]


def redeem(stand: Stand, *, secret: str | None = None, **form: str) -> list[dict[str, Any]]:
    """A client proves itself at the token endpoint, by HTTP Basic if there is a secret; what the journal finds about it."""
    data = {"grant_type": "authorization_code", "code": "guessed"} | form
    stand.http().post(f"{stand.issuer}{TOKEN_PATH}", data=data, auth=("client", secret) if secret else None)
    return list(listed(stand)[-1]["findings"])


@pytest.mark.parametrize("came", ["client_secret_post", "none", "private_key_jwt or client_secret_jwt"])
def test_client_that_proves_itself_by_another_method_is_told_of_both(stand: Stand, came: str) -> None:
    """Flask-OIDC sends its secret in the form, and a client that registers nothing has registered HTTP Basic."""
    sent = {"client_secret_post": {"client_secret": SECRET}, "none": {}}.get(came, {"client_assertion": "e30.e30."})
    (finding,) = redeem(stand, client_id="client", **sent)
    assert finding["code"] == "client_authentication_differs"
    assert f"registered token_endpoint_auth_method client_secret_basic, and the request came by {came}:" in finding["text"]


def test_wrong_secret_is_told_from_a_wrong_method(stand: Stand) -> None:
    (finding,) = redeem(stand, secret="another one")
    assert (finding["code"], "the method is the registered one" in finding["text"]) == ("client_secret_wrong", True)
    assert redeem(stand, secret=SECRET) == [], "a wrong code is no matter of the client's proof"


def test_assertion_that_is_refused_is_not_called_a_wrong_secret(stand: Stand) -> None:
    stand.add_client("signing", authentication="client_secret_jwt", secret_hash=None)
    assert redeem(stand, client_id="signing", client_assertion="e30.e30.") == []


def test_scope_that_is_left_out_is_named_with_its_reason(stand: Stand) -> None:
    stand.add_client("narrow", scopes=frozenset({"openid", "email", "offline_access"}))
    asked = {"scope": "openid groups email offline_access snils", "code_challenge": challenge(), "code_challenge_method": "S256"}
    (finding,) = authorize(stand, client_id="narrow", **asked)
    assert finding["code"] == "scope_left_out"
    assert "scope is granted without groups and offline_access and snils: no scope of this provider is groups" in finding["text"]
    assert (
        "the client did not register the grant type refresh_token; the client did not register the scope snils" in finding["text"]
    )
