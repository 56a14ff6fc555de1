"""The provider ends a session here, through the back and the front; a page elsewhere begins one."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Callable
from hmac import digest
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from ground.database import table_of
from rp.access.events import ONCE_IN_SECONDS
from rp.access.models import SessionRow
from rp.access.session import IDLE_SECONDS
from rp.database import JOURNAL
from rp.sign_in.models import LogoutTokenRow
from rp.trust.logout_token import MAX_AGE_SECONDS
from rp.trust.provider import FAILURE_PAUSE_SECONDS
from tests.rp.conftest import NOW, Browser, Stand
from tests.rp.fake_provider import CLIENT_ID, ISSUER, PYOTR, Claims, make_key, sign, sign_by_hand

EVENT = "http://schemas.openid.net/event/backchannel-logout"
PATH = "/sign-out/backchannel"


def logout_token(stand: Stand, *, header: Claims | None = None, **changes: Any) -> str:
    """A good logout token for Vera's session, with claims changed or, by None, left out."""
    now = stand.clock.now()
    claims = {
        "iss": ISSUER,
        "sub": "subject-vera",
        "aud": CLIENT_ID,
        "iat": now,
        "exp": now + 120,
        "jti": "jti-1",
        "sid": "sid-1",
        "events": {EVENT: {}},
    } | changes
    given = {name: value for name, value in claims.items() if value is not None}
    members = {"alg": stand.provider.algorithm, "kid": stand.provider.key.kid, "typ": "logout+jwt"} | (header or {})
    return sign({name: value for name, value in members.items() if value is not None}, given, stand.provider.key)


def with_algorithm(stand: Stand, algorithm: str, make_signature: Callable[[bytes], bytes]) -> str:
    """The same token with another algorithm in its header, signed by hand."""
    header, claims, _ = logout_token(stand).split(".")
    parts = [json.loads(urlsafe_b64decode(part + "==")) for part in (header, claims)]
    return sign_by_hand({**parts[0], "alg": algorithm}, parts[1], make_signature)


def hmac(stand: Stand, message: bytes) -> bytes:
    """A MAC whose key is the provider's public key."""
    return digest(json.dumps(stand.provider.key.as_dict(private=False)).encode(), message, "sha256")


def tell(stand: Stand, token: str) -> TestResponse:
    """What the provider does: a form, from nobody's browser."""
    return stand.app().test_client().post(PATH, data={"logout_token": token})


def is_signed_in(browser: Browser) -> bool:
    return browser.get("/").status_code == 200


def test_logout_token_ends_the_session_it_names(browser: Browser) -> None:
    browser.sign_in()
    answer = tell(browser.stand, logout_token(browser.stand))
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.data == b""
    assert not is_signed_in(browser)


def test_rp_11_cookie_of_a_session_that_the_provider_ended_is_nobodys_and_its_tokens_are_gone(browser: Browser) -> None:
    browser.sign_in()
    cookie = browser.client.get_cookie("rp_session")
    assert cookie is not None
    tell(browser.stand, logout_token(browser.stand))
    copy = browser.stand.browser()
    copy.client.set_cookie("rp_session", cookie.value)
    assert not is_signed_in(copy)
    with browser.stand.realm.database.read() as connection:
        row = connection.execute(select(table_of(SessionRow))).one()
    assert row.sealed == b""
    assert row.ended_at == NOW


@pytest.mark.parametrize(("changes", "ends"), [({"sub": None}, True), ({"sid": None}, True), ({"sid": "sid-2"}, False)])
def test_session_is_found_by_sid_or_by_subject(browser: Browser, changes: Claims, ends: bool) -> None:
    browser.sign_in()
    assert tell(browser.stand, logout_token(browser.stand, **changes)).status_code == 200
    assert is_signed_in(browser) is not ends


def test_sid_of_one_person_with_the_subject_of_another_ends_nothing(browser: Browser) -> None:
    browser.sign_in()
    assert tell(browser.stand, logout_token(browser.stand, sub="subject-pyotr")).status_code == 200
    assert is_signed_in(browser)


def test_subject_alone_ends_every_session_of_that_person_and_of_no_other(stand: Stand) -> None:
    first, second, other = stand.browser(), stand.browser(), stand.browser()
    first.sign_in()
    second.sign_in()
    stand.provider.person = dict(PYOTR)
    other.sign_in()
    tell(stand, logout_token(stand, sid=None))
    assert [is_signed_in(browser) for browser in (first, second, other)] == [False, False, True]


def test_logout_token_is_taken_once(stand: Stand) -> None:
    token = logout_token(stand)
    assert tell(stand, token).status_code == 200
    browser = stand.browser()
    browser.sign_in()
    answer = tell(stand, token)
    assert answer.status_code == 400
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json == {"error": "invalid_request", "error_description": "the token was used before"}
    assert is_signed_in(browser)


def test_logout_token_is_remembered_over_a_restart(stand: Stand) -> None:
    token = logout_token(stand)
    tell(stand, token)
    stand.realm.database.close()
    assert tell(stand.restarted(), token).status_code == 400


def test_used_tokens_are_forgotten_when_their_age_alone_refuses_them(stand: Stand) -> None:
    tell(stand, logout_token(stand, exp=NOW + 10 * MAX_AGE_SECONDS))
    stand.clock.advance(MAX_AGE_SECONDS)
    assert tell(stand, logout_token(stand, iat=NOW)).status_code == 400
    stand.clock.advance(MAX_AGE_SECONDS)
    assert tell(stand, logout_token(stand, jti="jti-2")).status_code == 200
    with stand.realm.database.read() as connection:
        assert len(connection.execute(select(table_of(LogoutTokenRow))).all()) == 1


SPOILED: dict[str, Callable[[Stand], str]] = {
    "no typ": lambda stand: logout_token(stand, header={"typ": None}),
    "typ of an ID token": lambda stand: logout_token(stand, header={"typ": "JWT"}),
    "typ of an access token": lambda stand: logout_token(stand, header={"typ": "at+jwt"}),
    "no iss": lambda stand: logout_token(stand, iss=None),
    "another iss": lambda stand: logout_token(stand, iss="http://evil.test"),
    "no aud": lambda stand: logout_token(stand, aud=None),
    "another aud": lambda stand: logout_token(stand, aud="another"),
    "a list without us": lambda stand: logout_token(stand, aud=["another"]),
    "no iat": lambda stand: logout_token(stand, iat=None),
    "iat of the future": lambda stand: logout_token(stand, iat=NOW + 61),
    "iat long ago": lambda stand: logout_token(stand, iat=NOW - MAX_AGE_SECONDS),
    "no exp": lambda stand: logout_token(stand, exp=None),
    "exp a text": lambda stand: logout_token(stand, exp="soon"),
    "expired": lambda stand: logout_token(stand, iat=NOW - 200, exp=NOW - 60),
    "no events": lambda stand: logout_token(stand, events=None),
    "events a list": lambda stand: logout_token(stand, events=[EVENT]),
    "another event": lambda stand: logout_token(stand, events={"http://schemas.openid.net/event/other": {}}),
    "an event that is no object": lambda stand: logout_token(stand, events={EVENT: True}),
    "a nonce": lambda stand: logout_token(stand, nonce="n"),
    "neither sub nor sid": lambda stand: logout_token(stand, sub=None, sid=None),
    "sid a number": lambda stand: logout_token(stand, sid=1),
    "empty sid": lambda stand: logout_token(stand, sid=""),
    "sub too long": lambda stand: logout_token(stand, sub="s" * 256),
    "no jti": lambda stand: logout_token(stand, jti=None),
    "jti a number": lambda stand: logout_token(stand, jti=7),
    "unknown key": lambda stand: logout_token(stand, header={"kid": "unknown"}),
    "signed by nobody": lambda stand: with_algorithm(stand, "none", lambda _: b""),
    "signed with what everybody knows": lambda stand: with_algorithm(stand, "HS256", lambda message: hmac(stand, message)),
    "no kid": lambda stand: logout_token(stand, header={"kid": None}),
    "another signature": lambda stand: logout_token(stand)[:-8] + "AAAAAAAA",
    "not a token": lambda _stand: "not a token",
    "empty": lambda _stand: "",
    "too large": lambda stand: logout_token(stand, x="y" * 20_000),
}


@pytest.mark.parametrize("case", SPOILED)
def test_spoiled_logout_token_ends_nothing(browser: Browser, case: str) -> None:
    browser.sign_in()
    answer = tell(browser.stand, SPOILED[case](browser.stand))
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["error"] == "invalid_request"
    assert answer.headers["Cache-Control"] == "no-store"
    assert is_signed_in(browser)


@pytest.mark.parametrize(
    "changes", [{"aud": [CLIENT_ID, "another"]}, {"exp": NOW - 59, "iat": NOW - 100}, {"iat": NOW + 59}, {"unknown": 1}]
)
def test_logout_token_within_the_rules_is_taken(browser: Browser, changes: Claims) -> None:
    browser.sign_in()
    assert tell(browser.stand, logout_token(browser.stand, **changes)).status_code == 200
    assert not is_signed_in(browser)


@pytest.mark.parametrize("algorithm", ["ES256", "PS256", "EdDSA"])
def test_logout_token_may_be_signed_as_id_tokens_are(browser: Browser, algorithm: str) -> None:
    browser.sign_in()
    browser.stand.provider.rotate(algorithm)
    assert tell(browser.stand, logout_token(browser.stand)).status_code == 200
    assert not is_signed_in(browser)


def test_key_of_somebody_else_ends_nothing(browser: Browser) -> None:
    browser.sign_in()
    browser.stand.provider.key = make_key("RS256", "key-1")
    assert tell(browser.stand, logout_token(browser.stand)).status_code == 400
    assert is_signed_in(browser)


def test_refused_tokens_of_a_stranger_do_not_fill_the_journal(stand: Stand) -> None:
    for _ in range(5):
        assert tell(stand, "not a token").status_code == 400
    assert [event["outcome"] for event in events(stand, "sign_out")] == ["refused"]
    stand.clock.advance(ONCE_IN_SECONDS)
    tell(stand, "not a token")
    assert len(events(stand, "sign_out")) == 2


def events(stand: Stand, action: str) -> list[dict[str, Any]]:
    with stand.realm.database.read() as connection:
        rows = connection.execute(select(JOURNAL).where(JOURNAL.c.action == action).order_by(JOURNAL.c.seq))
        return [dict(row) for row in rows.mappings()]


def test_provider_whose_keys_cannot_be_read_is_told_to_try_again(browser: Browser) -> None:
    browser.sign_in()
    token = logout_token(browser.stand)
    other = browser.stand.restarted()
    other.transport.hosts[ISSUER] = None
    assert tell(other, token).status_code == 503
    other.transport.hosts[ISSUER] = browser.stand.provider
    other.monotonic.seconds += FAILURE_PAUSE_SECONDS
    assert tell(other, token).status_code == 200


@pytest.mark.parametrize("form", [{}, {"logout_token": ["a", "b"]}, {"id_token": "x"}])
def test_request_without_one_token_is_refused(stand: Stand, form: dict[str, Any]) -> None:
    assert stand.app().test_client().post(PATH, data=form).status_code == 400


def test_back_channel_is_for_posts(stand: Stand) -> None:
    assert stand.app().test_client().get(PATH).status_code == 405


def test_jw_14_logout_token_opens_nothing(browser: Browser) -> None:
    """As ID token and as access token it is refused, though its signature and its audience are right."""
    stand = browser.stand
    stand.provider.make_token = lambda _header, claims: logout_token(
        stand, **{name: claims[name] for name in ("nonce", "at_hash", "acr", "auth_time")}
    )
    assert browser.refusal(browser.sign_in()).status_code == 400
    for token in (
        logout_token(stand),
        logout_token(stand, aud="http://localhost:8500/api", scope="registry.read", client_id="a"),
    ):
        answer = stand.app().test_client().get("/api/v1/me/records", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401


def test_jw_14_id_token_and_access_token_end_nothing(browser: Browser) -> None:
    browser.sign_in()
    stand = browser.stand
    id_token = logout_token(stand, header={"typ": None}, events=None, nonce="n")
    for token in (id_token, stand.provider.access_token()):
        assert tell(stand, token).status_code == 400
    assert is_signed_in(browser)


# The front channel: a page of ours in a frame of the provider's.


def front(**parameters: str) -> str:
    return f"/sign-out/frontchannel?{urlencode(parameters)}"


def test_front_channel_ends_the_session_that_issuer_and_sid_name(browser: Browser) -> None:
    browser.sign_in()
    page = browser.get(front(iss=ISSUER, sid="sid-1"))
    assert page.status_code == 200
    assert f"frame-ancestors {ISSUER}" in page.headers["Content-Security-Policy"]
    assert not is_signed_in(browser)


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"iss": ISSUER},
        {"sid": "sid-1"},
        {"iss": ISSUER, "sid": "sid-2"},
        {"iss": ISSUER, "sid": ""},
        {"iss": "http://evil.test", "sid": "sid-1"},
        {"iss": f"{ISSUER}/", "sid": "sid-1"},
    ],
)
def test_rp_10_front_channel_page_framed_by_anybody_ends_nothing_without_a_match(
    browser: Browser, parameters: dict[str, str]
) -> None:
    browser.sign_in()
    page = browser.get(front(**parameters))
    assert page.status_code == 400
    assert "evil.test" not in page.headers["Content-Security-Policy"]
    assert is_signed_in(browser)


def test_rp_10_only_the_provider_may_frame_the_page(browser: Browser) -> None:
    policy = browser.get(front(iss=ISSUER, sid="sid-1")).headers["Content-Security-Policy"]
    ancestors = next(part.strip() for part in policy.split(";") if part.strip().startswith("frame-ancestors"))
    assert ancestors == f"frame-ancestors {ISSUER}"
    assert "frame-ancestors 'none'" in browser.get("/regions").headers["Content-Security-Policy"]


# Sign-in that begins elsewhere.


def initiate(**parameters: str) -> str:
    return f"/sign-in/initiate?{urlencode(parameters)}"


def test_sign_in_may_begin_at_another_page(browser: Browser) -> None:
    away = browser.leave_for(
        initiate(iss=ISSUER, login_hint="vera@example.test", target_link_uri="http://localhost:8500/?group=vaccination")
    )
    assert away.startswith(f"{ISSUER}/oauth2/authorize?")
    assert parse_qs(urlsplit(away).query)["login_hint"] == ["vera@example.test"]
    assert browser.come_back(browser.stand.provider.approve(away)).headers["Location"] == "/?group=vaccination"


def test_sign_in_may_begin_by_post(browser: Browser) -> None:
    """Another site's form carries no cookie of ours, so it is answered with a redirect that does."""
    answer = browser.client.post("/sign-in/initiate", data={"iss": ISSUER}, headers={"Origin": "http://portal.test"})
    assert answer.status_code == 303
    assert browser.leave_for(answer.headers["Location"]).startswith(f"{ISSUER}/oauth2/authorize?")


def test_who_is_signed_in_goes_where_the_other_page_sent_them(browser: Browser) -> None:
    browser.sign_in()
    answer = browser.get(initiate(iss=ISSUER, target_link_uri="http://localhost:8500/regions"))
    assert answer.headers["Location"] == "/regions"


@pytest.mark.parametrize("iss", ["", "http://evil.test", f"{ISSUER}/", "http://localhost:8400.evil.test", ISSUER.upper()])
def test_rp_17_sign_in_at_a_foreign_provider_is_refused(browser: Browser, iss: str) -> None:
    page = browser.get(initiate(iss=iss))
    assert page.status_code == 400
    assert "Вход не начат" in page.text
    assert "iss is missing or of another provider" in page.text
    assert browser.stand.provider.calls == []


@pytest.mark.parametrize(
    "target",
    [
        "http://evil.test/",
        "//evil.test/",
        "/\\evil.test",
        "https:evil.test",
        "/regions",
        "http://localhost:8500.evil.test/",
        "http://localhost:8500@evil.test/",
        "http://localhost:8501/",
        "https://localhost:8500/",
        "http://localhost:8500//evil.test",
        "http://localhost:8500/\\evil.test",
        "http://localhost:8500/sign-out",
        "http://LOCALHOST:8500/",
        "javascript:alert(1)",
        "http://localhost:8500/" + "a" * 600,
    ],
)
def test_rp_17_target_that_is_no_page_of_ours_is_refused(browser: Browser, target: str) -> None:
    page = browser.get(initiate(iss=ISSUER, target_link_uri=target))
    assert page.status_code == 400
    assert "target_link_uri is not a page of ours" in page.text
    browser.sign_in()
    assert browser.get(initiate(iss=ISSUER, target_link_uri=target)).status_code == 400


@pytest.mark.parametrize("query", ["iss=a&iss=b", f"iss={ISSUER}&login_hint=" + "a" * 300, f"iss={ISSUER}&login_hint=%00"])
def test_rp_17_request_that_cannot_be_read_is_a_page(browser: Browser, query: str) -> None:
    page = browser.get(f"/sign-in/initiate?{query}")
    assert page.status_code == 400
    assert "ТН-" in page.text


def test_a_session_that_ran_out_is_no_hindrance(browser: Browser) -> None:
    browser.sign_in()
    browser.stand.clock.advance(IDLE_SECONDS)
    assert browser.get(front(iss=ISSUER, sid="sid-1")).status_code == 200
