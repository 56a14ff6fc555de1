"""A code is redeemed once, by its client, within a minute; what comes back a second time takes everything down."""

import threading
from urllib.parse import quote_plus

import pytest

from idp.clients.registry import hash_secret
from idp.protocol.authorization_request import AuthorizationRequest
from idp.tokens import codes
from tests.idp.stand import CALLBACK, SECRET, VERIFIER, Stand, answer_of, challenge

PKCE = {"code_challenge": challenge(), "code_challenge_method": "S256"}


@pytest.mark.parametrize(("seconds", "status"), [(0, 200), (59, 200), (60, 400), (61, 400)])
def test_tk_04_code_lives_for_sixty_seconds(stand: Stand, seconds: int, status: int) -> None:
    code = stand.obtain_code()
    stand.clock.advance(seconds)
    answer = stand.redeem(code)
    assert answer.status == status
    assert answer.body.get("error") == (None if status == 200 else "invalid_grant")


def test_code_cannot_be_redeemed_twice_and_the_second_time_revokes_the_tokens(stand: Stand) -> None:
    code = stand.obtain_code()
    token = str(stand.redeem(code).body["access_token"])
    assert stand.userinfo(token).status_code == 200
    again = stand.redeem(code)
    assert (again.status, again.body["error"]) == (400, "invalid_grant")
    assert stand.userinfo(token).status_code == 401
    assert stand.introspect(token).json() == {"active": False}
    assert stand.actions()[-3:] == ["authorization.replayed refused", "tokens.revoked", "token.refused refused"]


def test_replay_after_the_minute_revokes_too(stand: Stand) -> None:
    code = stand.obtain_code()
    token = str(stand.redeem(code).body["access_token"])
    stand.clock.advance(120)
    stand.redeem(code)
    assert stand.userinfo(token).status_code == 401


def test_replay_of_one_code_leaves_the_tokens_of_another(stand: Stand) -> None:
    browser = stand.browser()
    first, second = stand.obtain_code(browser), stand.obtain_code(browser)
    token = str(stand.redeem(second).body["access_token"])
    stand.redeem(first)
    stand.redeem(first)
    assert stand.userinfo(token).status_code == 200


def test_eight_threads_racing_for_two_hundred_codes_never_win_one_twice(stand: Stand) -> None:
    # The claim is one statement; each thread has its own connection, as workers have.
    realm, stored = stand.realm, []
    grant_of = stand.obtain_code()
    with realm.database.write() as connection:
        template = codes.find(connection, grant_of)
        assert template is not None
        request = _request_like(template)
        stored = [codes.issue(realm, connection, request, template.grant) for _ in range(200)]
    wins: list[list[str]] = [[] for _ in range(8)]
    faults: list[BaseException] = []
    start = threading.Barrier(8)

    def race(won: list[str]) -> None:
        try:
            for code in stored:
                start.wait()
                with realm.database.write() as connection:
                    found = codes.find(connection, code)
                    assert found is not None
                    if codes.redeem(realm, connection, found):
                        won.append(code)
        except BaseException as fault:
            faults.append(fault)
            start.abort()

    threads = [threading.Thread(target=race, args=(won,)) for won in wins]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    assert (sum(map(len, wins)), len(set().union(*wins))) == (200, 200)


def _request_like(template: codes.StoredCode) -> AuthorizationRequest:
    return AuthorizationRequest(client_id="client", redirect_uri=template.redirect_uri, scope=template.grant.scopes)


def test_clients_racing_at_the_endpoint_get_at_most_one_answer_and_no_fault(stand: Stand) -> None:
    browser = stand.browser()
    for _ in range(10):
        code = stand.obtain_code(browser)
        statuses: list[int] = []
        start = threading.Barrier(6)

        def redeem(code: str = code, statuses: list[int] = statuses, start: threading.Barrier = start) -> None:
            start.wait()
            statuses.append(stand.redeem(code).status)

        threads = [threading.Thread(target=redeem) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(statuses) == [200, 400, 400, 400, 400, 400]
    assert stand.actions().count("authorization.redeemed") == 10


@pytest.mark.parametrize("code", ["random", "", "x" * 5000, "../../etc/passwd", "' OR 1=1 --"])
def test_tk_01_random_code_is_refused(stand: Stand, code: str) -> None:
    answer = stand.redeem(code)
    assert answer.status == 400
    assert answer.body["error"] in ("invalid_grant", "invalid_request")


def test_code_of_another_client_is_refused_and_stays_alive(stand: Stand) -> None:
    stand.add_client("other")
    code = stand.obtain_code()
    assert stand.redeem(code, auth=("other", SECRET)).body["error"] == "invalid_grant"
    assert stand.redeem(code).status == 200


def test_other_client_cannot_revoke_by_replaying_what_it_overheard(stand: Stand) -> None:
    stand.add_client("other")
    code = stand.obtain_code()
    token = str(stand.redeem(code).body["access_token"])
    stand.redeem(code, auth=("other", SECRET))
    assert stand.userinfo(token).status_code == 200


@pytest.mark.parametrize("redirect_uri", ["http://localhost:9999/other", "", CALLBACK + "/", CALLBACK.upper()])
def test_other_redirect_uri_is_refused_and_the_code_stays_alive(stand: Stand, redirect_uri: str) -> None:
    code = stand.obtain_code()
    assert stand.redeem(code, redirect_uri=redirect_uri).status == 400
    assert stand.redeem(code).status == 200


@pytest.mark.parametrize("verifier", ["w" * 43, challenge(), "short", "v" * 44, "v" * 129, "ы" * 43])
def test_tk_06_wrong_verifier_is_refused_and_leaves_the_code_alive_for_the_right_one(stand: Stand, verifier: str) -> None:
    code = stand.obtain_code(**PKCE)
    assert stand.redeem(code, code_verifier=verifier).status == 400
    assert stand.redeem(code, code_verifier=VERIFIER).status == 200


def test_code_with_a_challenge_is_not_redeemed_without_the_verifier(stand: Stand) -> None:
    code = stand.obtain_code(**PKCE)
    assert stand.redeem(code).status == 400
    assert stand.redeem(code, code_verifier="").status == 400


def test_verifier_without_a_challenge_is_refused(stand: Stand) -> None:
    assert stand.redeem(stand.obtain_code(), code_verifier=VERIFIER).status == 400


@pytest.mark.parametrize("terms", [{"authentication": "none"}, {"require_pkce": True}])
def test_az_16_client_that_must_use_pkce_is_refused_at_the_authorization_endpoint(stand: Stand, terms: dict[str, object]) -> None:
    stand.add_client("strict", **terms)
    browser = stand.browser().open(stand.authorize_url(client_id="strict"))
    assert answer_of(browser)["error"] == "invalid_request"


def test_public_client_redeems_with_its_verifier_and_no_secret(stand: Stand) -> None:
    stand.add_client("public", authentication="none")
    code = stand.obtain_code(client_id="public", **PKCE)
    assert stand.redeem(code, auth=None, client_id="public").status == 400
    assert stand.redeem(code, auth=None, client_id="public", code_verifier=VERIFIER).status == 200


def test_person_disabled_meanwhile_gives_no_tokens(stand: Stand) -> None:
    code = stand.obtain_code()
    stand.execute("UPDATE citizens SET disabled_at = 1")
    assert stand.redeem(code).body["error"] == "invalid_grant"


@pytest.mark.parametrize("grant", ["password", "implicit", "", "urn:x"])
def test_no_other_grant_is_taken(stand: Stand, grant: str) -> None:
    answer = stand.redeem("x", grant_type=grant)
    assert answer.status == 400
    assert answer.body["error"] in ("unsupported_grant_type", "invalid_request")


@pytest.mark.parametrize("auth", [("client", "wrong"), ("nobody", SECRET), ("client", ""), ("", "")])
def test_ca_01_wrong_secret_by_basic_is_answered_401_with_a_challenge(stand: Stand, auth: tuple[str, str]) -> None:
    code = stand.obtain_code()
    data = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    answer = stand.http().post(f"{stand.issuer}/oauth2/token", data=data, auth=auth)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer.headers["WWW-Authenticate"].startswith("Basic")
    assert stand.redeem(code).status == 200


def test_ca_01_wrong_secret_by_post_is_invalid_client(stand: Stand) -> None:
    stand.add_client("poster", authentication="client_secret_post")
    code = stand.obtain_code(client_id="poster")
    wrong = stand.redeem(code, auth=None, client_id="poster", client_secret="wrong")
    assert (wrong.status, wrong.body["error"]) == (401, "invalid_client")
    assert stand.redeem(code, auth=None, client_id="poster", client_secret=SECRET).status == 200


def test_ca_03_secret_sent_another_way_than_registered_is_refused(stand: Stand) -> None:
    stand.add_client("poster", authentication="client_secret_post")
    assert stand.redeem("x", auth=("poster", SECRET)).body["error"] == "invalid_client"
    assert stand.redeem("x", auth=None, client_id="client", client_secret=SECRET).body["error"] == "invalid_client"
    assert stand.redeem("x", auth=None, client_id="client").body["error"] == "invalid_client"


@pytest.mark.parametrize("secret", ["a:b %+é", "a-b_c", SECRET])
def test_name_and_secret_are_form_decoded_inside_basic(stand: Stand, secret: str) -> None:
    # openid-client writes a hyphen as %2D, which RFC 6749, 2.3.1 allows.
    stand.add_client("with-hyphens", secret_hash=hash_secret(secret))
    code = stand.obtain_code(client_id="with-hyphens")
    auth = tuple(quote_plus(text).replace("-", "%2D").replace("_", "%5F") for text in ("with-hyphens", secret))
    assert stand.redeem(code, auth=auth).status == 200  # type: ignore[arg-type]


def test_code_is_kept_as_a_hash_only(stand: Stand) -> None:
    code = stand.obtain_code()
    stored = stand.rows("SELECT * FROM authorization_codes")
    assert len(stored) == 1
    assert code not in str(stored)
    assert code not in str(stand.events())
