"""Back-channel logout: every client of a session hears of its end, however it ended (Back-Channel Logout 1.0)."""

import pytest

from ground.jobs import BACK_OFF_SECONDS, TRIES
from idp.app import run_due_jobs
from idp.logout import back_channel
from idp.logout.back_channel import Delivery
from tests.idp.logout.clients import EVENT, Receiver, add_party, logout_url, read, sign_in_at
from tests.idp.stand import ISSUER, SECRET, Stand

PORT = 7001


@pytest.fixture
def receiver(stand: Stand) -> Receiver:
    return add_party(stand, "party", PORT, grant_types=("authorization_code", "refresh_token"))


def sign_in_and_out(stand: Stand, client_id: str = "party") -> str:
    """Sign Vera in at the client and out at the provider; return the `sid`."""
    browser = stand.browser()
    tokens = sign_in_at(stand, browser, client_id)
    _, claims = read(stand, str(tokens.body["id_token"]))
    browser.open(logout_url(id_token_hint=str(tokens.body["id_token"])))
    return str(claims["sid"])


def history(stand: Stand, client_id: str = "party") -> list[Delivery]:
    with stand.realm.database.read() as connection:
        return back_channel.history(connection, client_id=client_id)


def test_se_12_sign_out_sends_a_logout_token_to_the_client_at_once(stand: Stand, receiver: Receiver) -> None:
    sid = sign_in_and_out(stand)
    assert run_due_jobs(stand.realm) == 1
    assert [sorted(form) for form in receiver.forms] == [["logout_token"]]
    header, claims = read(stand, receiver.tokens[0])
    assert header["typ"] == "logout+jwt"
    assert header["alg"] == "RS256"
    assert claims["iss"] == ISSUER
    assert claims["aud"] == "party"
    assert claims["sid"] == sid
    assert claims["iat"] == stand.clock.now()
    assert 0 < claims["exp"] - claims["iat"] <= 120
    assert claims["events"] == {EVENT: {}}
    assert len(claims["jti"]) >= 22
    assert "nonce" not in claims
    delivery = history(stand)[0]
    assert (delivery.state, delivery.attempts, delivery.last_status, delivery.sid) == ("delivered", 1, 200, sid)
    assert delivery.delivered_at == stand.clock.now()
    assert run_due_jobs(stand.realm) == 0


def test_se_12_subject_of_the_logout_token_is_the_one_the_client_knows(stand: Stand) -> None:
    receiver = add_party(stand, "pairwise", PORT, subject_type="pairwise", sector="localhost")
    browser = stand.browser()
    tokens = sign_in_at(stand, browser, "pairwise")
    browser.open(logout_url(id_token_hint=str(tokens.body["id_token"])))
    run_due_jobs(stand.realm)
    assert read(stand, receiver.tokens[0])[1]["sub"] == read(stand, str(tokens.body["id_token"]))[1]["sub"]


def test_logout_token_is_signed_as_the_client_has_its_id_tokens_signed(stand: Stand) -> None:
    receiver = add_party(stand, "curved", PORT, id_token_algorithm="ES256")
    sign_in_and_out(stand, "curved")
    run_due_jobs(stand.realm)
    assert read(stand, receiver.tokens[0])[0]["alg"] == "ES256"


def test_every_client_of_the_session_is_told_and_no_other(stand: Stand, receiver: Receiver) -> None:
    second = add_party(stand, "second", 7002)
    absent = add_party(stand, "absent", 7003)
    browser = stand.browser()
    for client_id in ("party", "second", "client"):
        tokens = sign_in_at(stand, browser, client_id)
    other = stand.browser()
    sign_in_at(stand, other, "absent")
    browser.open(logout_url(id_token_hint=str(tokens.body["id_token"])))
    assert run_due_jobs(stand.realm) == 2
    assert (len(receiver.forms), len(second.forms), len(absent.forms)) == (1, 1, 0)


def test_client_is_told_once_however_often_it_was_signed_in_to(stand: Stand, receiver: Receiver) -> None:
    browser = stand.browser()
    sign_in_at(stand, browser, "party")
    tokens = sign_in_at(stand, browser, "party")
    browser.open(logout_url(id_token_hint=str(tokens.body["id_token"])))
    browser.open(logout_url(id_token_hint=str(tokens.body["id_token"])))
    assert run_due_jobs(stand.realm) == 1


def test_clients_of_a_session_that_another_person_replaces_are_told(stand: Stand, receiver: Receiver) -> None:
    browser = stand.browser()
    sign_in_at(stand, browser, "party")
    browser.open(stand.authorize_url(prompt="login"))
    stand.sign_in(browser, login="maya@example.test", password="oduvanchik-19")
    assert run_due_jobs(stand.realm) == 1
    assert len(receiver.forms) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408, 429])
def test_se_12_answer_that_says_not_now_is_tried_again_with_a_new_token(stand: Stand, receiver: Receiver, status: int) -> None:
    receiver.statuses = [status]
    sign_in_and_out(stand)
    assert run_due_jobs(stand.realm) == 1
    assert (history(stand)[0].state, history(stand)[0].last_status) == ("waiting", status)
    assert run_due_jobs(stand.realm) == 0
    stand.clock.advance(BACK_OFF_SECONDS[0])
    assert run_due_jobs(stand.realm) == 1
    assert (history(stand)[0].state, history(stand)[0].attempts, history(stand)[0].last_status) == ("delivered", 2, 200)
    first, second = (read(stand, token)[1] for token in receiver.tokens)
    assert first["jti"] != second["jti"]
    assert second["iat"] == stand.clock.now()


def test_se_12_client_that_does_not_answer_is_tried_for_a_while_and_given_up(stand: Stand, receiver: Receiver) -> None:
    sign_in_and_out(stand)
    stand.transport.hosts[f"http://localhost:{PORT}"] = None
    for tries, pause in enumerate((*BACK_OFF_SECONDS, 1), start=1):
        run_due_jobs(stand.realm)
        assert history(stand)[0].attempts == tries
        stand.clock.advance(pause)
    delivery = history(stand)[0]
    assert (delivery.state, delivery.attempts, delivery.last_status) == ("given_up", TRIES, None)
    assert delivery.last_error == "no answer (ConnectionError)"
    stand.clock.advance(BACK_OFF_SECONDS[-1])
    run_due_jobs(stand.realm)
    assert history(stand)[0].attempts == TRIES


@pytest.mark.parametrize("status", [400, 401, 404, 302])
def test_answer_that_says_no_is_final(stand: Stand, receiver: Receiver, status: int) -> None:
    receiver.statuses = [status]
    sign_in_and_out(stand)
    assert run_due_jobs(stand.realm) == 1
    assert (history(stand)[0].state, history(stand)[0].last_status) == ("refused", status)
    stand.clock.advance(BACK_OFF_SECONDS[-1])
    run_due_jobs(stand.realm)
    assert len(receiver.forms) == 1


def test_answer_without_content_is_a_yes(stand: Stand, receiver: Receiver) -> None:
    receiver.statuses = [204]
    sign_in_and_out(stand)
    run_due_jobs(stand.realm)
    assert history(stand)[0].state == "delivered"


def test_address_outside_the_list_is_never_asked(stand: Stand) -> None:
    stand.add_client("outside", backchannel_logout_uri="http://169.254.169.254/latest")
    sign_in_and_out(stand, "outside")
    assert run_due_jobs(stand.realm) == 1
    assert (history(stand, "outside")[0].state, history(stand, "outside")[0].last_status) == ("refused", None)
    assert not any("169.254" in str(request.url) for request in stand.transport.seen)


def test_slow_client_delays_no_other(stand: Stand, receiver: Receiver) -> None:
    """Each client has a job of its own: one that fails stands in nobody's way."""
    second = add_party(stand, "second", 7002)
    browser = stand.browser()
    for client_id in ("party", "second"):
        tokens = sign_in_at(stand, browser, client_id)
    stand.transport.hosts[f"http://localhost:{PORT}"] = None
    browser.open(logout_url(id_token_hint=str(tokens.body["id_token"])))
    assert run_due_jobs(stand.realm) == 2
    assert len(second.forms) == 1


def refresh(stand: Stand, token: object) -> int:
    data = {"grant_type": "refresh_token", "refresh_token": str(token)}
    return stand.http().post(f"{ISSUER}/oauth2/token", data=data, auth=("party", SECRET)).status_code


@pytest.mark.parametrize(("scope", "status"), [("openid profile", 400), ("openid profile offline_access", 200)])
def test_se_12_sign_out_kills_refresh_tokens_without_offline_access_only(
    stand: Stand, receiver: Receiver, scope: str, status: int
) -> None:
    browser = stand.browser()
    tokens = sign_in_at(stand, browser, "party", scope=scope)
    browser.open(logout_url(id_token_hint=str(tokens.body["id_token"])))
    assert refresh(stand, tokens.body["refresh_token"]) == status


def test_sign_out_kills_the_access_token(stand: Stand) -> None:
    browser = stand.browser()
    tokens = sign_in_at(stand, browser, "client")
    browser.open(logout_url(id_token_hint=str(tokens.body["id_token"])))
    headers = {"Authorization": f"Bearer {tokens.body['access_token']}"}
    assert stand.http().get(f"{ISSUER}/oauth2/userinfo", headers=headers).status_code == 401


def test_sign_out_kills_the_code_that_was_not_redeemed_yet(stand: Stand) -> None:
    browser = stand.browser()
    tokens = sign_in_at(stand, browser, "client")
    code = stand.obtain_code(browser)
    browser.open(logout_url(id_token_hint=str(tokens.body["id_token"])))
    assert stand.redeem(code).body["error"] == "invalid_grant"


def test_jw_14_logout_token_is_neither_access_token_nor_hint(stand: Stand) -> None:
    """Signed by the same key for the same client: only `typ` and `events` tell it apart."""
    receiver = add_party(stand, "curved", PORT, id_token_algorithm="ES256")
    sign_in_and_out(stand, "curved")
    run_due_jobs(stand.realm)
    token = receiver.tokens[0]
    headers = {"Authorization": f"Bearer {token}"}
    assert stand.http().get(f"{ISSUER}/oauth2/userinfo", headers=headers).status_code == 401
    answer = stand.http().post(f"{ISSUER}/oauth2/introspect", data={"token": token}, auth=("curved", SECRET))
    assert answer.json() == {"active": False}
    assert stand.http().get(logout_url(id_token_hint=token)).status_code == 400
    silent = stand.http().get(stand.authorize_url(client_id="curved", prompt="none", id_token_hint=token), allow_redirects=False)
    assert "error=invalid_request" in silent.headers["Location"]


def test_metadata_says_what_is_done(stand: Stand) -> None:
    metadata = stand.http().get(f"{ISSUER}/.well-known/openid-configuration").json()
    for name in ("backchannel_logout", "backchannel_logout_session", "frontchannel_logout", "frontchannel_logout_session"):
        assert metadata[f"{name}_supported"] is True
    assert metadata["end_session_endpoint"] == f"{ISSUER}/oauth2/logout"
    assert metadata["check_session_iframe"] == f"{ISSUER}/oauth2/session"


def test_client_without_a_back_channel_is_owed_nothing(stand: Stand) -> None:
    sign_in_and_out(stand, "client")
    assert run_due_jobs(stand.realm) == 0
