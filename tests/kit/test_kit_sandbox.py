"""What a test holds: people, clients, phone, clock, journal, keys, tokens, snapshots, each of this sandbox alone."""

from datetime import UTC, datetime
from typing import Any

import pytest
import requests

import propusk
from propusk import Esia, PropuskError, Refused
from propusk.stand import Stand
from tests.kit.relying_party import make_relying_party, read_claims

CALLBACK = "http://localhost/callback"


def test_citizen_is_invented_except_for_what_is_said(esia: Esia) -> None:
    vera, another = esia.citizen(given_name="Вера", email=None), esia.citizen()
    assert (vera.given_name, vera.email) == ("Вера", None)
    assert vera.phone and vera.snils and vera.password
    assert len({vera.id, another.id}) == len({vera.phone, another.phone}) == 2
    assert vera.password not in repr(vera)


def test_citizen_changes_and_goes(esia: Esia) -> None:
    vera = esia.citizen()
    changed = esia.change(vera, given_name="Вероника")
    assert (changed.id, changed.given_name, changed.password) == (vera.id, "Вероника", vera.password)
    assert esia.change(changed, password=None).password is None, "and they have none any more"
    esia.remove(vera)
    with pytest.raises(Refused) as refused:
        esia.change(vera, given_name="Вера")
    assert refused.value.status == 404


def test_problem_of_the_control_plane_shows_title_and_detail(esia: Esia) -> None:
    vera = esia.citizen()
    with pytest.raises(Refused) as refused:
        esia.citizen(phone=vera.phone)
    assert refused.value.status == 409
    assert refused.value.title and refused.value.title in str(refused.value)
    assert refused.value.members["status"] == 409


def test_code_is_handed_out_once(esia: Esia) -> None:
    client = make_relying_party(esia, esia.client(CALLBACK)).test_client()
    vera = esia.citizen()
    esia.sign_in(client, "/login", as_=vera, by="sms")
    (message,) = esia.outbox.messages(vera)
    assert (message.channel, message.address) == ("sms", vera.phone)
    assert message.code and message.code in message.text
    with pytest.raises(PropuskError, match="no code was sent to"):
        esia.outbox.wait_for_code(vera, timeout=0)


def test_r028_sms_to_a_phone_that_fails_does_not_arrive(esia: Esia) -> None:
    vera = esia.citizen()
    esia.outbox.let_fail(vera)
    assert esia.login(as_=vera, acr_values="substantial").outcome == "refused"
    assert [message.delivery for message in esia.outbox.messages(vera)] == ["failed"]
    with pytest.raises(PropuskError, match="no code was sent to"):
        esia.outbox.wait_for_code(vera, timeout=0)
    esia.outbox.let_fail(vera, fails=False)
    esia.clock.advance(minutes=1)
    assert esia.login(as_=vera, acr_values="substantial").outcome == "done"
    assert esia.outbox.messages(vera)[-1].delivery == "kept"


def test_person_without_a_phone_gets_no_sms(esia: Esia) -> None:
    with pytest.raises(PropuskError, match="has no phone"):
        esia.outbox.wait_for_code(esia.citizen(phone=None))


def test_clock_stands_still_jumps_and_runs(esia: Esia) -> None:
    moment = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert esia.clock.freeze(moment) == int(moment.timestamp()) == esia.clock.now
    assert esia.clock.advance(minutes=5) == int(moment.timestamp()) + 300
    assert esia.clock.is_frozen
    assert esia.clock.run() >= int(moment.timestamp()) + 300
    assert not esia.clock.is_frozen


def test_token_expires_at_the_second_that_the_test_chooses(esia: Esia) -> None:
    client = esia.client(CALLBACK)
    login = esia.login(as_=esia.citizen(), into="tokens", client_id=client.client_id, scope="openid")
    esia.clock.expire("access_token", login.access_token, seconds=-1)
    assert ask_userinfo(esia, login.access_token) == 200
    esia.clock.expire("access_token", login.access_token)
    assert ask_userinfo(esia, login.access_token) == 401


def test_login_without_pages_gives_tokens(esia: Esia) -> None:
    vera, client = esia.citizen(), esia.client(CALLBACK)
    login = esia.login(as_=vera, into="tokens", client_id=client.client_id, scope="openid", nonce="n-1")
    assert login.is_done
    assert login.person_id == vera.id
    claims = read_claims(login.id_token)
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (esia.issuer, client.client_id, "n-1")


def test_scripted_factor_fails_as_a_person_would(esia: Esia) -> None:
    script = [{"name": "password"}, {"name": "code", "script": "wrong"}]
    login = esia.login(as_=esia.citizen(), methods=script)
    assert not login.is_done
    assert login.reason


def test_minted_token_is_good_at_userinfo(esia: Esia) -> None:
    client = esia.client(CALLBACK)
    minted = esia.mint(person=esia.citizen(), client_id=client.client_id, scope="openid")
    assert minted.claims["iss"] == esia.issuer
    assert ask_userinfo(esia, minted.token) == 200


def test_requests_of_the_application_are_taken_one_by_one(esia: Esia) -> None:
    client = esia.client(CALLBACK)
    esia.sign_in(make_relying_party(esia, client).test_client(), "/login", as_=esia.citizen())
    asked = esia.requests.take("/oauth2/token")
    assert (asked.method, asked.status, asked.system) == ("POST", 200, client.client_id)
    assert asked.parameters["grant_type"] == "authorization_code"
    with pytest.raises(PropuskError, match="no request to /oauth2/token came"):
        esia.requests.take("/oauth2/token", timeout=0)
    authorized = esia.requests.wait("/oauth2/authorize")
    assert authorized.findings, "a client without PKCE is warned"
    scope = authorized.parameters["scope"]
    assert str(authorized).splitlines()[0].endswith(f"(client {client.client_id}, scope {scope})"), (
        "a claim may be missing for it"
    )
    assert "/oauth2/userinfo" in [each.path for each in esia.requests.all()]
    esia.requests.clear()
    assert esia.requests.all() == []


def test_request_is_explained(esia: Esia, session: requests.Session) -> None:
    session.get(f"{esia.issuer}/aas/oauth2/v2/ac?client_id=NOBODY&redirect_uri=https%3A%2F%2Frp.test%2F", timeout=10)
    refused = esia.requests.wait("/aas/oauth2/v2/ac")
    why = esia.requests.why(refused, lang="en")
    assert why == esia.requests.why(refused.id, lang="en")
    assert (why.outcome, why.first.code) == ("refused", "parameter_missing")
    assert str(why.first).startswith("A mandatory parameter is missing [client_secret]")


def test_refused_request_shows_its_error(esia: Esia) -> None:
    client = esia.client(CALLBACK)
    data = {"grant_type": "authorization_code", "code": "guessed", "redirect_uri": CALLBACK}
    endpoint = esia.discovery["token_endpoint"]
    requests.post(endpoint, data=data, auth=(client.client_id, client.client_secret or ""), timeout=30)
    asked = esia.requests.take("/oauth2/token")
    assert asked.error and asked.error.startswith("invalid_grant")
    assert f"POST /oauth2/token → 400 {asked.error}" in str(asked)


def test_keys_rotate_at_once(esia: Esia) -> None:
    before = {key["kid"] for key in requests.get(esia.discovery["jwks_uri"], timeout=30).json()["keys"]}
    assert set(esia.rotate_keys()) - before
    after = {key["kid"] for key in requests.get(esia.discovery["jwks_uri"], timeout=30).json()["keys"]}
    assert after - before


def test_snapshot_brings_everything_back(esia: Esia) -> None:
    vera = esia.citizen()
    esia.snapshot("with-vera")
    esia.remove(vera)
    esia.restore("with-vera")
    assert esia.change(vera, given_name="Вероника").given_name == "Вероника"


def test_reset_leaves_the_sandbox_as_it_was_made(esia: Esia) -> None:
    vera = esia.citizen()
    esia.reset()
    with pytest.raises(Refused):
        esia.change(vera, given_name="Вероника")


def test_same_seed_gives_the_same_people(propusk_stand: Stand) -> None:
    names = []
    for _ in range(2):
        with propusk_stand.sandbox(seed="seventeen") as esia:
            names.append(esia.citizen().snils)
    assert names[0] == names[1]


def test_sandbox_can_be_had_without_pytest(esia: Esia) -> None:
    with propusk.sandbox() as another:
        assert another.issuer != esia.issuer
        assert another.citizen().id
    with pytest.raises(Refused):
        another.citizen()


def ask_userinfo(esia: Esia, token: str) -> int:
    answer = requests.get(esia.discovery["userinfo_endpoint"], headers={"Authorization": f"Bearer {token}"}, timeout=30)
    return answer.status_code


@pytest.mark.parametrize(("way", "method"), [("passkey", "passkey"), ("phone", "push"), ("totp", "totp")])
def test_what_is_enrolled_signs_in(esia: Esia, way: Any, method: str) -> None:
    vera = esia.citizen()
    assert esia.enrol(vera, way)
    assert esia.login(as_=vera, methods=[{"name": method}]).acr == "substantial"


def test_way_that_nobody_can_enrol_is_named(esia: Esia) -> None:
    wrong: Any = "bank"
    with pytest.raises(PropuskError, match="'passkey', 'phone', 'totp', and not 'bank'"):
        esia.enrol(esia.citizen(), wrong)
