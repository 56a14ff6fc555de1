"""Refresh tokens: rotated at every use, bound to their client and family, dead when they come back."""

import threading

import pytest

from tests.idp.stand import CALLBACK, ISSUER, SECRET, Stand, Tokens

DAY = 24 * 60 * 60
OFFLINE = "openid profile offline_access"


@pytest.fixture
def refreshing(stand: Stand) -> Stand:
    """A stand with a client that may refresh."""
    stand.add_client("refreshing", grant_types=("authorization_code", "refresh_token"))
    return stand


def obtain(stand: Stand, *, scope: str = OFFLINE) -> Tokens:
    code = stand.obtain_code(client_id="refreshing", scope=scope)
    return stand.redeem(code, auth=("refreshing", SECRET))


def refresh(stand: Stand, token: object, *, auth: tuple[str, str] = ("refreshing", SECRET), **parameters: str) -> Tokens:
    data = {"grant_type": "refresh_token", "refresh_token": str(token)} | parameters
    answer = stand.http().post(f"{ISSUER}/oauth2/token", data=data, auth=auth)
    return Tokens(answer.status_code, answer.json())


def userinfo_status(stand: Stand, tokens: Tokens) -> int:
    headers = {"Authorization": f"Bearer {tokens.body['access_token']}"}
    return stand.http().get(f"{ISSUER}/oauth2/userinfo", headers=headers).status_code


def test_refresh_token_is_given_to_a_client_that_registered_the_grant_only(refreshing: Stand) -> None:
    assert "refresh_token" in obtain(refreshing).body
    assert "refresh_token" not in refreshing.redeem(refreshing.obtain_code(scope=OFFLINE)).body


def test_offline_access_is_not_granted_to_a_client_that_cannot_refresh(stand: Stand) -> None:
    assert stand.redeem(stand.obtain_code(scope=OFFLINE)).body["scope"] == "openid profile"


def test_refreshing_gives_a_new_token_and_keeps_the_scope(refreshing: Stand) -> None:
    first = obtain(refreshing)
    second = refresh(refreshing, first.body["refresh_token"])
    assert second.status == 200
    assert second.body["scope"] == OFFLINE
    assert second.body["refresh_token"] != first.body["refresh_token"]
    assert userinfo_status(refreshing, second) == 200


def test_id_token_comes_with_a_refresh_only_when_it_is_asked_for(refreshing: Stand) -> None:
    first = obtain(refreshing)
    second = refresh(refreshing, first.body["refresh_token"])
    assert "id_token" not in second.body
    assert "id_token" in refresh(refreshing, second.body["refresh_token"], scope="openid profile").body


def test_reuse_of_a_rotated_token_takes_the_whole_family_down(refreshing: Stand) -> None:
    first = obtain(refreshing)
    second = refresh(refreshing, first.body["refresh_token"])
    assert refresh(refreshing, first.body["refresh_token"]).body["error"] == "invalid_grant"
    assert refresh(refreshing, second.body["refresh_token"]).body["error"] == "invalid_grant"
    assert userinfo_status(refreshing, second) == 401
    assert [event["action"] for event in refreshing.events()][-2:] == ["refresh.reused", "tokens.revoked"]


def test_scope_can_shrink_for_one_answer_and_never_grows(refreshing: Stand) -> None:
    first = obtain(refreshing)
    assert refresh(refreshing, first.body["refresh_token"], scope="openid snils").body["error"] == "invalid_scope"
    second = refresh(refreshing, first.body["refresh_token"], scope="openid")
    assert second.body["scope"] == "openid"
    assert refresh(refreshing, second.body["refresh_token"]).body["scope"] == OFFLINE


def test_tk_09_what_is_no_refresh_token_of_ours_is_refused_alike(refreshing: Stand) -> None:
    tokens = obtain(refreshing)
    answers = [refresh(refreshing, junk) for junk in ("nonsense", tokens.body["access_token"], "x" * 5000)]
    assert {answer.status for answer in answers} == {400}
    assert len({str(answer.body) for answer in answers}) == 1


def test_another_client_cannot_use_a_refresh_token_and_does_not_kill_it(refreshing: Stand) -> None:
    refreshing.add_client("stranger", grant_types=("authorization_code", "refresh_token"))
    token = obtain(refreshing).body["refresh_token"]
    assert refresh(refreshing, token, auth=("stranger", SECRET)).body["error"] == "invalid_grant"
    assert refresh(refreshing, token).status == 200


def test_unused_refresh_token_runs_out_after_two_weeks(refreshing: Stand) -> None:
    token = obtain(refreshing).body["refresh_token"]
    refreshing.clock.advance(14 * DAY)
    assert refresh(refreshing, token).body["error"] == "invalid_grant"


def test_tk_21_daily_use_does_not_carry_a_family_beyond_ninety_days(refreshing: Stand) -> None:
    token = obtain(refreshing).body["refresh_token"]
    for _ in range(8):
        refreshing.clock.advance(11 * DAY)
        token = refresh(refreshing, token).body["refresh_token"]
    refreshing.clock.advance(2 * DAY)
    assert refresh(refreshing, token).body["error"] == "invalid_grant"


def test_without_offline_access_the_token_lives_as_long_as_the_session(refreshing: Stand) -> None:
    token = obtain(refreshing, scope="openid profile").body["refresh_token"]
    refreshing.clock.advance(14 * 60)
    second = refresh(refreshing, token)
    assert second.status == 200
    refreshing.clock.advance(14 * 60)
    third = refresh(refreshing, second.body["refresh_token"])
    assert third.status == 200, "a refresh counts as activity of the session"
    refreshing.clock.advance(16 * 60 + 1)  # a client speaks of a use up to a minute late
    assert refresh(refreshing, third.body["refresh_token"]).body["error"] == "invalid_grant"


def test_racing_refreshes_have_one_winner_and_the_family_dies(refreshing: Stand) -> None:
    token = obtain(refreshing).body["refresh_token"]
    answers: list[Tokens] = []
    barrier = threading.Barrier(8)

    def race() -> None:
        barrier.wait()
        answers.append(refresh(refreshing, token))

    threads = [threading.Thread(target=race) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winners = [answer for answer in answers if answer.status == 200]
    assert len(winners) == 1
    assert refresh(refreshing, winners[0].body["refresh_token"]).body["error"] == "invalid_grant"


def test_code_replay_kills_the_refresh_token_too(refreshing: Stand) -> None:
    code = refreshing.obtain_code(client_id="refreshing", scope=OFFLINE)
    tokens = refreshing.redeem(code, auth=("refreshing", SECRET))
    assert refreshing.redeem(code, auth=("refreshing", SECRET)).body["error"] == "invalid_grant"
    assert refresh(refreshing, tokens.body["refresh_token"]).body["error"] == "invalid_grant"


@pytest.mark.parametrize("stand", ["sqlite"], indirect=True)
def test_refresh_token_is_stored_by_its_hash_only(refreshing: Stand) -> None:
    token = str(obtain(refreshing).body["refresh_token"])
    assert refreshing.settings.sqlite_file is not None
    folder = refreshing.settings.sqlite_file.parent
    assert not any(token.encode() in file.read_bytes() for file in folder.iterdir() if file.is_file())


def test_public_client_refreshes_without_a_secret(refreshing: Stand) -> None:
    refreshing.add_client("app", authentication="none", grant_types=("authorization_code", "refresh_token"))
    from tests.idp.stand import VERIFIER, challenge

    code = refreshing.obtain_code(
        client_id="app", scope=OFFLINE, code_challenge=challenge(), code_challenge_method="S256", redirect_uri=CALLBACK
    )
    tokens = refreshing.redeem(code, auth=None, client_id="app", code_verifier=VERIFIER)
    data = {"grant_type": "refresh_token", "refresh_token": str(tokens.body["refresh_token"]), "client_id": "app"}
    assert refreshing.http().post(f"{ISSUER}/oauth2/token", data=data).status_code == 200
